// How loud is a call? An application that listens to a channel's G.711, and a command that asks.
//     <action application="tap"/>
//     tap level <uuid>
//     tap off <uuid>
#include <strowger/calls.hpp>
#include <strowger/events.hpp>
#include <strowger/module.hpp>
#include <strowger/text.hpp>

#include <array>
#include <atomic>
#include <cmath>
#include <map>

namespace {

using namespace strowger;

// ITU-T G.711, tables 2a and 1a: the value of each octet, of 8159 (mu-law) or 4096 (A-law) at most.
constexpr int mu_law(int octet) {
    int bits = ~octet & 0x7f;
    return ((2 * (bits & 15) + 33) << (bits >> 4)) - 33;
}
constexpr int a_law(int octet) {
    int bits = (octet ^ 0x55) & 0x7f;
    int segment = bits >> 4, step = 2 * (bits & 15);
    return segment == 0 ? step + 1 : (step + 33) << (segment - 1);
}

// [begin power]
// The power of each octet, against that of a sine wave at 0 dBm0. G.711, 5: the loudest sine that
// fits has 3.17 dBm0 in mu-law and 3.14 dBm0 in A-law.
using powers = std::array<float, 256>;
template <class Decode>
constexpr powers table(Decode decode, double loudest, double over) {
    powers out{};
    for (int octet = 0; octet < 256; ++octet) {
        double value = decode(octet) / loudest;
        out[static_cast<std::size_t>(octet)] = static_cast<float>(2 * value * value * over);
    }
    return out;
}
constexpr powers mu_powers = table(mu_law, 8159, 2.07491);  // 10^0.317
constexpr powers a_powers = table(a_law, 4096, 2.06063);    // 10^0.314
// [end power]

// [begin tap]
// What the media thread writes and the control loop reads: atomics, and nothing else.
struct level {
    std::atomic<float> now{0}, highest{0};
    std::atomic<bool> heard{false};
};
struct levels {
    level in, out;
};

class ear final : public media_tap {
public:
    explicit ear(std::shared_ptr<levels> into) : into_(std::move(into)) {}

    // On the media thread: no memory is taken, nothing is locked, thrown or logged.
    void packet(direction way, std::uint8_t type,
                std::span<const std::uint8_t> payload) noexcept override {
        if ((type != 0 && type != 8) || payload.empty()) return;
        const auto& table = type == 0 ? mu_powers : a_powers;
        float sum = 0;
        for (auto octet : payload) sum += table[octet];
        auto power = sum / static_cast<float>(payload.size());
        auto& of = way == direction::inbound ? into_->in : into_->out;
        of.now.store(power, std::memory_order_relaxed);
        if (power > of.highest.load(std::memory_order_relaxed))
            of.highest.store(power, std::memory_order_relaxed);
        of.heard.store(true, std::memory_order_relaxed);
    }

private:
    std::shared_ptr<levels> into_;
};
// [end tap]

std::string dbm0(const level& of, const std::atomic<float>& power) {
    if (!of.heard.load(std::memory_order_relaxed)) return "no G.711";
    auto value = power.load(std::memory_order_relaxed);
    // Below that the codec has no steps left.
    if (value < 1e-7F) return "silence";
    auto tenths = std::lround(100 * std::log10(value));
    return cat(tenths < 0 ? "-" : "", std::labs(tenths) / 10, '.', std::labs(tenths) % 10, " dBm0");
}

class tap_module final : public module {
public:
    explicit tap_module(context& core) : core_(core) {}

    result<void> start() override {
        application app;
        app.name = "tap";
        app.help = "Measures the level of the call from now on.";
        app.run = [this](channel& self, std::string) { return listen(&self); };
        command asks;
        asks.name = "tap";
        asks.what = capability::change;
        asks.syntax = "level|off <uuid>";
        asks.help = "Says how loud a tapped channel is, both ways, or ends the tap.";
        asks.answer = [this](const command_request& asked) { return answer(asked.args); };
        asks.complete = [this](std::string_view args) { return complete(args); };
        auto added = core_.registry().add(std::move(app));
        if (!added) return added.error();
        auto asked = core_.registry().add(std::move(asks));
        if (!asked) return asked.error();
        application_ = std::move(*added);
        command_ = std::move(*asked);
        hangups_ = core_.bus().subscribe<channel_hangup>(
            [this](const channel_hangup& fact) { over(fact.who.id()); });
        return {};
    }
    // A reload must not wait for the calls that are tapped: their taps end, they go on.
    void stop() noexcept override {
        while (!taps_.empty()) end(taps_.begin()->first);
        hangups_.reset();
    }

private:
    struct tapped {
        std::shared_ptr<levels> heard;
        const media_tap* by;  // the session's: it is valid as long as that
    };

    // [begin listen]
    task<> listen(channel* self) {
        auto* media = self->media();
        if (media == nullptr || taps_.count(self->id()) != 0) co_return;
        auto heard = std::make_shared<levels>();
        auto listener = std::make_unique<ear>(heard);
        const auto* by = listener.get();
        // What a module hands out carries a lease: it stays mapped until the session let it go.
        auto begun = media->tap(owned<media_tap>(core_.hold(), std::move(listener)));
        if (begun)
            taps_[self->id()] = {std::move(heard), by};
        else
            core_.log().warning(self->id(), " is not tapped: ", begun.error().text);
    }
    void end(const std::string& id) {
        auto which = taps_.extract(id);
        auto who = core_.calls().find(id);
        if (who != nullptr && who->media() != nullptr) who->media()->untap(*which.mapped().by);
    }
    // [end listen]

    void over(const std::string& id) {
        auto which = taps_.extract(id);
        if (which.empty()) return;
        const auto& heard = *which.mapped().heard;
        core_.log().info(id, ": highest level in ", dbm0(heard.in, heard.in.highest), ", out ",
                         dbm0(heard.out, heard.out.highest));
    }

    command_reply answer(std::string_view args) {
        auto blank = args.find(' ');
        auto verb = args.substr(0, blank);
        if ((verb != "level" && verb != "off") || blank == args.npos)
            return command_error("tap: expected level <uuid>, or off <uuid>");
        auto which = taps_.find(trim(args.substr(blank)));
        if (which == taps_.end())
            return command_error(cat("tap: ", trim(args.substr(blank)), " is not tapped"));
        if (verb == "level") {
            const auto& heard = *which->second.heard;
            return {true, cat("in ", dbm0(heard.in, heard.in.now), ", out ",
                              dbm0(heard.out, heard.out.now))};
        }
        end(std::string(which->first));
        return {true, "+OK"};
    }
    std::vector<std::string> complete(std::string_view args) const {
        if (args.empty()) return {"level", "off"};
        std::vector<std::string> ids;
        if (args == "level" || args == "off")
            for (const auto& [id, each] : taps_) ids.push_back(id);
        return ids;
    }

    context& core_;
    std::map<std::string, tapped, std::less<>> taps_;  // by the channel's id
    token hangups_, command_, application_;
};

}  // namespace

STROWGER_MODULE(tap_module)
