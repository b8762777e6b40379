#include "info.hpp"

#include "fields.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::sofia {

namespace {

constexpr std::string_view digits = "0123456789*#ABCDabcd";

// The value of "Signal=5" and "Duration=160" in a body of application/dtmf-relay.
std::string_view relay_field(std::string_view body, std::string_view name) {
    while (!body.empty()) {
        auto end = body.find_first_of("\r\n");
        auto line = trim(body.substr(0, end));
        auto equals = line.find('=');
        if (equals != line.npos && iequals(trim(line.substr(0, equals)), name))
            return trim(line.substr(equals + 1));
        if (end == body.npos) break;
        body.remove_prefix(end + 1);
    }
    return {};
}

}  // namespace

info_outcome read_info(const message& asked) {
    // RFC 6086, 5.2.2: no package was agreed, so a named one is refused.
    if (!unknown_header(asked, "Info-Package").empty()) return {469, "Bad Info Package"};
    auto type = content_type(asked);
    auto body = asked.body();
    if (body.empty() || type == "application/media_control+xml") return {};
    bool relay = type == "application/dtmf-relay";
    if (!relay && type != "application/dtmf")
        return {415, {}, {{"Accept", "application/dtmf-relay, application/dtmf"}}};
    auto signal = relay ? relay_field(body, "Signal") : trim(body);
    int duration = 0;
    if (!relay || !parse_number(relay_field(body, "Duration"), duration)) duration = 160;
    // Phones that count events send 10 and 11 for the star and the hash (RFC 4733, 3.2).
    if (signal == "10") signal = "*";
    if (signal == "11") signal = "#";
    if (signal.size() != 1 || digits.find(signal.front()) == digits.npos)
        return {400, "Not A Digit"};
    info_outcome out;
    out.digit = signal.front() >= 'a' ? static_cast<char>(signal.front() - 32) : signal.front();
    out.duration = std::chrono::milliseconds(std::clamp(duration, 40, 8000));
    return out;
}

}  // namespace strowger::sofia
