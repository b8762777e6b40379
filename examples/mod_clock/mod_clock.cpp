// A command with arguments and completion: what time it is, and what time it will be.
//     clock show [utc|local]
//     clock in <seconds>
#include <strowger/module.hpp>
#include <strowger/text.hpp>

#include <ctime>

namespace {

using namespace strowger;

constexpr std::int64_t longest = 100LL * 365 * 24 * 3600;  // seconds: farther than anybody plans

std::string written(wall_time when, bool local) {
    auto count = std::chrono::system_clock::to_time_t(when);
    std::tm parts{};
    if (local)
        ::localtime_r(&count, &parts);
    else
        ::gmtime_r(&count, &parts);
    char text[64];
    const char* form = local ? "%Y-%m-%d %H:%M:%S %z" : "%Y-%m-%d %H:%M:%S UTC";
    return std::string(text, std::strftime(text, sizeof text, form, &parts));
}

// [begin answer]
// The time is the core's: a test turns that clock by hand.
command_reply answer(wall_time now, std::string_view args) {
    auto blank = args.find(' ');
    auto verb = args.substr(0, blank);
    auto rest = blank == args.npos ? std::string_view() : trim(args.substr(blank));
    if (verb == "show" && (rest.empty() || rest == "utc")) return {true, written(now, false)};
    if (verb == "show" && rest == "local") return {true, written(now, true)};
    if (verb == "show")
        return command_error(cat("clock show: \"", rest, "\" is neither utc nor local"));
    std::int64_t later = 0;
    if (verb != "in") return command_error("clock: expected show [utc|local], or in <seconds>");
    if (!parse_number(rest, later) || later < 0 || later > longest)
        return command_error(cat("clock in: expected a number of seconds, 0 to ", longest));
    return {true, written(now + seconds(later), false)};
}

// `args` is what stands before the word to be completed.
std::vector<std::string> complete(std::string_view args) {
    if (args.empty()) return {"show", "in"};
    if (args == "show") return {"utc", "local"};
    return {};
}
// [end answer]

class clock_module final : public module {
public:
    explicit clock_module(context& core) : core_(core) {}

    // [begin start]
    result<void> start() override {
        command clock;
        clock.name = "clock";
        clock.what = capability::read;  // so ${clock(show)} may stand in a dialplan
        clock.syntax = "show [utc|local] || in <seconds>";
        clock.help = "Says what time it is, or will be in so many seconds.";
        clock.answer = [this](const command_request& asked) {
            return answer(core_.clock().wall(), asked.args);
        };
        clock.complete = complete;
        auto added = core_.registry().add(std::move(clock));
        if (!added) return added.error();
        command_ = std::move(*added);
        return {};
    }
    // [end start]

private:
    context& core_;
    token command_;  // last: what is withdrawn first
};

}  // namespace

STROWGER_MODULE(clock_module)
