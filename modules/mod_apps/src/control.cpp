// sleep, hangup, transfer: how the call goes on.
#include "apps.hpp"
#include "words.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::apps {
namespace {

constexpr std::int64_t longest_sleep_ms = 24LL * 60 * 60 * 1000;

task<> run_sleep(logger* log, channel* self, std::string data) {
    std::int64_t length = 0;
    if (!parse_number(trim(data), length) || length < 0) {
        log->warning(self->caller().chan_name, ": sleep \"", data,
                     "\": expected a number of milliseconds");
        co_return;
    }
    auto nap = self->sleep(milliseconds(std::min(length, longest_sleep_ms)));
    co_await std::move(nap);
}

}  // namespace

application make_sleep(context& in) {
    application out;
    out.name = "sleep";
    out.syntax = "<milliseconds>";
    out.help = "Waits.";
    out.run = [log = &in.log()](channel& self, std::string data) {
        return run_sleep(log, &self, std::move(data));
    };
    return out;
}

application make_hangup(context& in) {
    application out;
    out.name = "hangup";
    out.syntax = "[<cause>]";
    out.help = "Ends the call, with a cause by name or number.";
    out.run = [&log = in.log()](channel& self, std::string data) {
        auto cause = hangup_cause::normal_clearing;
        if (auto word = trim(data); !word.empty()) {
            if (auto known = parse_hangup_cause(word))
                cause = *known;
            else
                log.warning(self.caller().chan_name, ": hangup \"", word,
                            "\": there is no such cause; NORMAL_CLEARING is taken");
        }
        self.hangup(cause, {});
        return finished();
    };
    return out;
}

application make_transfer(context& in) {
    application out;
    out.name = "transfer";
    out.syntax = "<number> [<dialplan> [<context>]]";
    out.help = "Routes the call anew.";
    out.run = [&log = in.log()](channel& self, std::string data) {
        auto parts = words(data, 3);
        bool leg_option = !parts.empty() && (parts[0] == "-bleg" || parts[0] == "-both");
        if (parts.empty() || leg_option) {
            log.error(
                self.caller().chan_name, ": transfer \"", data, "\": ",
                leg_option ? "-bleg and -both are not built yet; " : "the number is missing; ",
                "expected <number> [<dialplan> [<context>]]");
            return finished();
        }
        parts.resize(3);
        self.transfer(std::string(parts[0]), std::string(parts[1]), std::string(parts[2]));
        return finished();
    };
    return out;
}

}  // namespace strowger::apps
