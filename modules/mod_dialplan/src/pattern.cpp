#include "pattern.hpp"

#include "asterisk_pattern.hpp"

#include <strowger/text.hpp>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <cstdint>
#include <utility>

namespace strowger::dialplan_xml {

namespace {

// Steps and memory of one match. A dialplan's patterns need some dozens of steps.
constexpr std::uint32_t step_limit = 100'000;
constexpr std::uint32_t heap_limit_kb = 1024;
constexpr std::size_t longest_pattern = 16'384;

struct free_code {
    void operator()(pcre2_code* code) const noexcept { pcre2_code_free(code); }
};
struct free_room {
    void operator()(pcre2_match_data* room) const noexcept { pcre2_match_data_free(room); }
};
struct free_limits {
    void operator()(pcre2_match_context* limits) const noexcept {
        pcre2_match_context_free(limits);
    }
};

std::string message(int code) {
    std::array<PCRE2_UCHAR, 256> room{};
    pcre2_get_error_message(code, room.data(), room.size());
    return reinterpret_cast<const char*>(room.data());
}

// "/re/is": what stands between the slashes, and the flags after the last one.
result<std::string_view> without_slashes(std::string_view text, std::uint32_t& options) {
    auto last = text.rfind('/');
    if (last == 0) return fail(errc::bad_syntax, "there is no closing / ; expected /re/flags");
    for (char flag : text.substr(last + 1)) {
        if (flag == 'i')
            options |= PCRE2_CASELESS;
        else if (flag == 's')
            options |= PCRE2_DOTALL;
        else if (flag == 'm')
            options |= PCRE2_MULTILINE;
        else if (flag == 'x')
            options |= PCRE2_EXTENDED;
        else
            return fail(errc::bad_syntax,
                        cat("there is no flag \"", flag, "\"; expected i, s, m or x"));
    }
    return text.substr(1, last - 1);
}

}  // namespace

struct pattern::compiled {
    std::unique_ptr<pcre2_code, free_code> code;
    std::unique_ptr<pcre2_match_data, free_room> room;
    std::unique_ptr<pcre2_match_context, free_limits> limits;
};

pattern::pattern() = default;
pattern::pattern(pattern&&) noexcept = default;
pattern& pattern::operator=(pattern&&) noexcept = default;
pattern::~pattern() = default;

result<pattern> pattern::compile(std::string_view text, bool often) {
    if (text.size() > longest_pattern)
        return fail(errc::limit_reached, cat("it is longer than ", longest_pattern, " characters"));
    std::uint32_t options = 0;
    std::string rewritten;
    if (text.starts_with('/')) {
        auto inner = without_slashes(text, options);
        if (!inner) return inner.error();
        text = *inner;
    } else if (text.starts_with('_')) {
        rewritten = from_asterisk(text.substr(1));
        text = rewritten;
    }
    pattern made;
    if (options == 0) made.start_ = literal_prefix(text);
    if (made.start_.whole) return made;

    int code = 0;
    PCRE2_SIZE offset = 0;
    auto objects = std::make_unique<compiled>();
    // "$" is the end, not also what stands before a last line end: "9196%0a" is not 9196.
    objects->code.reset(pcre2_compile(reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(),
                                      options | PCRE2_DOLLAR_ENDONLY, &code, &offset, nullptr));
    if (!objects->code)
        return fail(errc::bad_syntax, cat(message(code), " at character ", offset + 1));
    // Without permission to make code at run time this fails, and the interpreter is used.
    if (often) pcre2_jit_compile(objects->code.get(), PCRE2_JIT_COMPLETE);
    objects->room.reset(pcre2_match_data_create_from_pattern(objects->code.get(), nullptr));
    objects->limits.reset(pcre2_match_context_create(nullptr));
    if (!objects->room || !objects->limits) return fail(errc::limit_reached, "out of memory");
    pcre2_set_match_limit(objects->limits.get(), step_limit);
    pcre2_set_depth_limit(objects->limits.get(), step_limit);
    pcre2_set_heap_limit(objects->limits.get(), heap_limit_kb);
    made.code_ = std::move(objects);
    return made;
}

bool pattern::match(std::string_view subject, captures* caught) const {
    if (!subject.starts_with(start_.text)) return false;
    if (start_.whole) {
        // As in PCRE, "$" also stands before a line end that is the last character.
        auto rest = subject.substr(start_.text.size());
        if (!rest.empty() && rest != "\n") return false;
        if (caught) caught->assign(1, start_.text);
        return true;
    }
    auto count = pcre2_match(code_->code.get(), reinterpret_cast<PCRE2_SPTR>(subject.data()),
                             subject.size(), 0, 0, code_->room.get(), code_->limits.get());
    if (count <= 0) return false;  // no match, or a limit
    if (!caught) return true;
    const auto* ends = pcre2_get_ovector_pointer(code_->room.get());
    caught->clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
        auto first = ends[2 * i];
        auto last = ends[2 * i + 1];
        // \K may set the start after the end; a group that took no part has no place.
        bool there = first != PCRE2_UNSET && first <= last && last <= subject.size();
        caught->emplace_back(there ? subject.substr(first, last - first) : std::string_view());
    }
    return true;
}

void release_pattern_memory() noexcept { pcre2_jit_free_unused_memory(nullptr); }

}  // namespace strowger::dialplan_xml
