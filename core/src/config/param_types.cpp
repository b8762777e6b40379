#include "config/param_types.hpp"

#include <strowger/text.hpp>

#include <arpa/inet.h>
#include <array>

namespace strowger {

namespace {

bool is_address(const std::string& value) {
    std::array<unsigned char, 16> room;
    if (::inet_pton(AF_INET, value.c_str(), room.data()) == 1 ||
        ::inet_pton(AF_INET6, value.c_str(), room.data()) == 1)
        return true;
    // FreeSWITCH's other ways of saying an address; who reads the param resolves them.
    if (iequals(value, "auto") || iequals(value, "auto-nat")) return true;
    for (std::string_view way : {"host:", "stun:", "autonat:", "interface:"})
        if (value.starts_with(way) && value.size() > way.size()) return true;
    return false;
}

std::optional<std::string> misfit_number(const param_spec& spec, std::string_view value,
                                         std::string_view unit) {
    bool ranged = spec.least != 0 || spec.most != 0;
    std::int64_t number = 0;
    if (parse_number(value, number) && (!ranged || (number >= spec.least && number <= spec.most)))
        return std::nullopt;
    if (!ranged) return cat("a whole number", unit);
    return cat("a whole number", unit, " from ", spec.least, " to ", spec.most);
}

std::optional<std::string> misfit_choice(const param_spec& spec, std::string& value) {
    std::string_view left = spec.choices;
    std::string list;
    while (!left.empty()) {
        auto bar = left.find('|');
        auto choice = left.substr(0, bar);
        left.remove_prefix(bar == left.npos ? left.size() : bar + 1);
        if (iequals(choice, value)) {
            value = choice;
            return std::nullopt;
        }
        list += cat(list.empty() ? "" : left.empty() ? " or " : ", ", choice);
    }
    return list;
}

}  // namespace

bool is_secret_name(std::string_view name) noexcept {
    std::string lower(name);
    for (auto& c : lower) c = ascii_lower(c);
    for (std::string_view part : {"password", "passphrase", "passwd", "secret", "hash", "-pass",
                                  "_pass", "-key", "_key", "token", "-dsn"})
        if (lower.find(part) != lower.npos) return true;
    return false;
}

std::optional<std::string> misfit(const param_spec& spec, std::string& value) {
    switch (spec.type) {
        case param_type::text:
            return std::nullopt;
        case param_type::boolean:
            if (is_true(value) || is_false(value)) return std::nullopt;
            return "true or false";
        case param_type::integer:
            return misfit_number(spec, value, "");
        case param_type::duration_ms:
            return misfit_number(spec, value, " of milliseconds");
        case param_type::duration_s:
            return misfit_number(spec, value, " of seconds");
        case param_type::choice:
            return misfit_choice(spec, value);
        case param_type::port: {
            std::uint16_t port = 0;
            if (iequals(value, "auto") || parse_number(value, port)) return std::nullopt;
            return "a port from 0 to 65535, or auto";
        }
        case param_type::address:
            if (is_address(value)) return std::nullopt;
            return "an IPv4 or IPv6 address";
    }
    return std::nullopt;
}

std::int64_t number_of(std::string_view value) noexcept {
    std::int64_t number = 0;
    return parse_number(value, number) ? number : 0;
}

}  // namespace strowger
