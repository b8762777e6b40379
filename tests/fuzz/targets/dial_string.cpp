// Dial strings: what was read, written down anew, is read as the same.
#include "../target.hpp"

#include "call/dial_string.hpp"

#include <string>

namespace strowger {
namespace {

std::string escaped(std::string_view text, std::string_view specials) {
    std::string out;
    for (char c : text) {
        if (specials.find(c) != specials.npos) out += '\\';
        out += c;
    }
    return out;
}

// False: a name has the separator in it, as "^^" allows; that form is not written here.
bool write(const variables& vars, char open, char close, std::string& out) {
    if (vars.size() == 0) return true;
    const char specials[] = {',', open, close, '\'', '\\', '\0'};
    out += open;
    for (const auto& [name, value] : vars) {
        if (name.find(',') != name.npos) return false;
        out += ',';
        out.append(name).append("=").append(escaped(value, specials));
    }
    out += close;
    return true;
}

bool write(const dial_string& from, std::string& out) {
    if (!write(from.vars, '{', '}', out)) return false;
    bool first_branch = true;
    for (const auto& branch : from.alternatives) {
        if (!first_branch) out += '|';
        first_branch = false;
        bool first_leg = true;
        for (const auto& leg : branch) {
            if (!first_leg) out += ',';
            first_leg = false;
            if (!write(leg.vars, '[', ']', out)) return false;
            out.append(escaped(leg.kind, ",|\\")).append("/");
            out.append(escaped(leg.address, ",|\\"));
        }
    }
    return true;
}

bool same(const variables& a, const variables& b) {
    if (a.size() != b.size()) return false;
    for (const auto& [name, value] : a)
        if (const auto* other = b.find(name); !other || *other != value) return false;
    return true;
}

bool same(const dial_string& a, const dial_string& b) {
    if (!same(a.vars, b.vars) || a.alternatives.size() != b.alternatives.size()) return false;
    for (std::size_t i = 0; i < a.alternatives.size(); ++i) {
        if (a.alternatives[i].size() != b.alternatives[i].size()) return false;
        for (std::size_t n = 0; n < a.alternatives[i].size(); ++n) {
            const auto &one = a.alternatives[i][n], &two = b.alternatives[i][n];
            if (one.kind != two.kind || one.address != two.address || !same(one.vars, two.vars))
                return false;
        }
    }
    return true;
}

}  // namespace

STROWGER_FUZZ_TARGET(dial_string) {
    auto read = parse_dial_string(bytes);
    if (!read) {
        STROWGER_PROMISE(!read.error().text.empty());
        STROWGER_PROMISE(read.error().text.size() < bytes.size() + 400);
        return;
    }
    std::size_t legs = 0;
    for (const auto& branch : read->alternatives) {
        STROWGER_PROMISE(!branch.empty());
        for (const auto& leg : branch) {
            STROWGER_PROMISE(!leg.kind.empty() && !leg.address.empty());
            ++legs;
        }
    }
    STROWGER_PROMISE(legs >= 1 && legs <= 100);
    std::string text;
    if (!write(*read, text) || text.size() > 64 * 1024) return;
    auto again = parse_dial_string(text);
    STROWGER_PROMISE(again);
    STROWGER_PROMISE(same(*read, *again));
}

}  // namespace strowger
