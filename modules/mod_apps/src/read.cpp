// read: digits that the caller presses, into a variable.
#include "answering.hpp"
#include "apps.hpp"
#include "sounds.hpp"
#include "words.hpp"

#include <strowger/text.hpp>

namespace strowger::apps {
namespace {

struct request {
    std::size_t least = 0;
    std::size_t most = 0;
    std::string sound;
    std::string variable;
    milliseconds timeout{0};
    std::string terminators = "#";
};

constexpr std::string_view syntax =
    "<min> <max> <sound> <variable> <timeout in ms> [<terminators>]";

std::optional<request> parse(std::string_view data) {
    constexpr std::size_t most_digits = 128;
    constexpr std::int64_t hour = 60LL * 60 * 1000;
    auto parts = words(data, 7);
    request out;
    std::int64_t timeout = 0;
    if (parts.size() < 5 || !parse_number(parts[0], out.least) ||
        !parse_number(parts[1], out.most) || !parse_number(parts[4], timeout))
        return std::nullopt;
    if (out.most == 0 || out.most > most_digits || out.least > out.most || timeout <= 0 ||
        timeout > hour)
        return std::nullopt;
    out.sound = parts[2];
    out.variable = parts[3];
    out.timeout = milliseconds(timeout);
    if (parts.size() > 5)
        out.terminators = iequals(parts[5], "none") ? std::string() : std::string(parts[5]);
    return out;
}

struct answer {
    std::string digits;
    std::string terminator;
    bool complete = false;
};

// The first digit stops the sound; each digit gets the whole timeout.
task<answer> collect(channel* self, request what, playing* sound, milliseconds sound_length) {
    answer got;
    auto patience = what.timeout + sound_length;
    while (got.digits.size() < what.most) {
        auto next = self->read_digit(patience);
        auto digit = co_await std::move(next);
        if (!digit) break;
        sound->stop();
        patience = what.timeout;
        if (what.terminators.find(*digit) != std::string::npos) {
            got.terminator = *digit;
            break;
        }
        got.digits.push_back(*digit);
    }
    got.complete =
        got.digits.size() >= what.least && !(got.digits.empty() && got.terminator.empty());
    co_return got;
}

task<> run_read(logger* log, channel* self, std::string data) {
    auto what = parse(data);
    if (!what) {
        log->error(self->caller().chan_name, ": read \"", data, "\": expected ", syntax);
        self->vars().set("read_result", "failure");
        co_return;
    }
    if (!done(*self, *log, "read", self->pre_answer())) co_return;
    playing sound(*self);
    milliseconds length{0};
    if (auto tones = parse_sound(what->sound); !tones) {
        log->warning(self->caller().chan_name, ": read: ", tones.error().text);
    } else if (auto started = sound.start(*tones); !started) {
        log->warning(self->caller().chan_name, ": read: ", started.error().text);
    } else {
        length = *started;
    }
    self->vars().erase(what->variable);
    auto variable = what->variable;
    auto collecting = collect(self, std::move(*what), &sound, length);
    auto got = co_await std::move(collecting);
    self->vars().set("read_result", got.complete ? "success" : "timeout");
    if (!got.terminator.empty()) self->vars().set("read_terminator_used", got.terminator);
    if (got.complete && !got.digits.empty()) self->set_secret(variable, std::move(got.digits));
}

}  // namespace

application make_read(context& in) {
    application out;
    out.name = "read";
    out.syntax = syntax;
    out.help = "Reads digits into a variable; read_result says success, timeout or failure.";
    out.run = [log = &in.log()](channel& self, std::string data) {
        return run_read(log, &self, std::move(data));
    };
    return out;
}

}  // namespace strowger::apps
