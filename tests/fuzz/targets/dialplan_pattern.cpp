// Dialplan expressions: comparing what a pattern begins with gives what PCRE2 alone would. The
// input is a pattern, a line end, the subject, a line end, and action data with $1 in it.
#include "../target.hpp"

#include "pattern.hpp"
#include "substitute.hpp"

#include <strowger/expand.hpp>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>
#include <optional>
#include <string>

namespace strowger::dialplan_xml {
namespace {

// Nothing: it is no pattern, or a limit ended the match.
std::optional<bool> by_pcre(std::string_view text, std::string_view subject) {
    int problem = 0;
    PCRE2_SIZE offset = 0;
    std::unique_ptr<pcre2_code, void (*)(pcre2_code*)> code(
        pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), PCRE2_DOLLAR_ENDONLY,
                      &problem, &offset, nullptr),
        [](pcre2_code* each) { pcre2_code_free(each); });
    if (!code) return {};
    std::unique_ptr<pcre2_match_data, void (*)(pcre2_match_data*)> room(
        pcre2_match_data_create_from_pattern(code.get(), nullptr),
        [](pcre2_match_data* each) { pcre2_match_data_free(each); });
    std::unique_ptr<pcre2_match_context, void (*)(pcre2_match_context*)> limits(
        pcre2_match_context_create(nullptr),
        [](pcre2_match_context* each) { pcre2_match_context_free(each); });
    pcre2_set_match_limit(limits.get(), 1000);
    auto count = pcre2_match(code.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()),
                             subject.size(), 0, 0, room.get(), limits.get());
    if (count < 0 && count != PCRE2_ERROR_NOMATCH) return {};
    return count > 0;
}

class nothing final : public expansion_source {
public:
    std::optional<std::string> variable(std::string_view) const override { return "value"; }
    std::string command(std::string_view name, std::string) const override {
        commands.append(name);
        return {};
    }
    mutable std::string commands;
};

std::string_view take_line(std::string_view& text) {
    auto end = text.find('\n');
    auto line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return line;
}

}  // namespace

STROWGER_FUZZ_TARGET(dialplan_pattern) {
    if (bytes.size() > 4096) return;
    auto text = take_line(bytes), subject = take_line(bytes), data = bytes;
    auto compiled = pattern::compile(text, false);
    if (!compiled) {
        STROWGER_PROMISE(!compiled.error().text.empty());
        return;
    }
    captures caught;
    bool matched = compiled->match(subject, &caught);
    if (!text.starts_with('/') && !text.starts_with('_'))
        if (auto expected = by_pcre(text, subject)) STROWGER_PROMISE(matched == *expected);
    if (!matched) return;
    for (const auto& each : caught) STROWGER_PROMISE(each.size() <= subject.size());
    // What a caller sends never becomes a command: with harmless captures the same ones run.
    nothing real, harmless;
    (void)expand(substitute(data, caught), real);
    captures plain;
    for (const auto& each : caught) plain.emplace_back(std::string(each.size(), 'a'));
    (void)expand(substitute(data, plain), harmless);
    if (data.find("${") == data.npos) STROWGER_PROMISE(real.commands.empty());
}

}  // namespace strowger::dialplan_xml
