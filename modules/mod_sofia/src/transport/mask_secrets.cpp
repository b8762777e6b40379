// What a log must never show: SRTP keys, dialled digits, answers to a digest challenge.
#include "transport/transport.hpp"

#include <strowger/mask.hpp>
#include <strowger/text.hpp>

namespace strowger::sofia {
namespace {

bool starts_with_nocase(std::string_view text, std::string_view start) noexcept {
    return text.size() >= start.size() && iequals(text.substr(0, start.size()), start);
}

std::size_t find_nocase(std::string_view text, std::string_view what, std::size_t from) noexcept {
    for (auto at = from; at + what.size() <= text.size(); ++at)
        if (iequals(text.substr(at, what.size()), what)) return at;
    return std::string_view::npos;
}

// Behind the quote that closes the one at `at`; a backslash takes the next character along.
std::size_t end_of_quoted(std::string_view text, std::size_t at) noexcept {
    for (++at; at < text.size() && text[at] != '"'; ++at)
        if (text[at] == '\\') ++at;
    return at + 1;
}

// RFC 7616, 3.4: response=…; the only field of credentials from which a password can be guessed.
void append_without_responses(std::string& out, std::string_view line) {
    constexpr std::string_view mark = "response";
    constexpr std::string_view blank = " \t\r\n";  // it may go on in another line
    std::size_t done = 0;
    std::size_t at = 0;
    while ((at = find_nocase(line, mark, at)) != line.npos) {
        bool word = at == 0 || std::string_view(", \t\r\n").find(line[at - 1]) != line.npos;
        at += mark.size();
        auto sign = line.find_first_not_of(blank, at);
        if (!word || sign == line.npos || line[sign] != '=') continue;
        auto value = line.find_first_not_of(blank, sign + 1);
        if (value == line.npos) break;
        bool quoted = line[value] == '"';
        auto end = quoted ? end_of_quoted(line, value) : line.find_first_of(", \t\r\n", value);
        end = std::min(end, line.size());
        out.append(line.substr(done, value - done)).append("\"***\"");
        done = at = end;
    }
    out.append(line.substr(done));
}

// application/dtmf-relay: "Signal=5"; blanks may stand around the sign.
bool is_signal(std::string_view line) noexcept {
    if (!starts_with_nocase(line, "signal")) return false;
    auto rest = trim(line.substr(6));
    return rest.starts_with('=');
}

class masker {
public:
    std::string run(std::string_view text) {
        out_.reserve(text.size() + 16);
        while (!text.empty()) {
            auto end = text.find('\n');
            // A header that goes on in other lines is one (RFC 3261, 7.3.1).
            bool empty = trim(text.substr(0, end)).empty();
            while (!in_body_ && !empty && end != text.npos && end + 1 < text.size() &&
                   (text[end + 1] == ' ' || text[end + 1] == '\t'))
                end = text.find('\n', end + 1);
            auto whole = end == text.npos ? text : text.substr(0, end + 1);
            auto line = whole;
            while (!line.empty() && (line.back() == '\n' || line.back() == '\r'))
                line.remove_suffix(1);
            one_line(line);
            out_.append(whole.substr(line.size()));
            text.remove_prefix(whole.size());
        }
        return std::move(out_);
    }

private:
    void one_line(std::string_view line) {
        if (first_) info_ = starts_with_nocase(line, "INFO ");
        first_ = false;
        // Whatever an INFO carries: digits have more spellings than one.
        if (in_body_ && info_) {
            if (!line.empty()) out_.append("***");
            return;
        }
        if (in_body_) return body_line(line);
        if (line.empty()) {
            in_body_ = seen_header_;
            return;
        }
        if (line.front() != ' ' && line.front() != '\t') header_start(line);
        if (credentials_)
            append_without_responses(out_, line);
        else
            body_line(line);  // SDP given alone has no head before it
    }
    void header_start(std::string_view line) {
        auto colon = line.find(':');
        auto name = trim(line.substr(0, std::min(colon, line.size())));
        seen_header_ = seen_header_ || colon != line.npos;
        credentials_ = iequals(name, "Authorization") || iequals(name, "Proxy-Authorization");
        if ((iequals(name, "Content-Type") || iequals(name, "c")) && colon != line.npos) {
            auto type = trim(line.substr(colon + 1));
            type = trim(type.substr(0, std::min(type.find(';'), type.size())));
            digits_only_ = iequals(type, "application/dtmf");
        }
    }
    void body_line(std::string_view line) {
        if (in_body_ && digits_only_ && !line.empty()) {
            out_.append("*");
        } else if (is_signal(line)) {
            out_.append(line.substr(0, line.find('=') + 1)).append("*");
        } else if (line.starts_with("k=")) {  // RFC 4566, 5.12: a key in the clear
            out_.append("k=***");
        } else if (starts_with_nocase(line, "a=key-mgmt:")) {  // RFC 4567: MIKEY
            out_.append(line.substr(0, 11)).append("***");
        } else {
            out_.append(mask_keys(std::string(line)));
        }
    }

    std::string out_;
    bool first_ = true, info_ = false;  // the first line; it begins a request INFO
    bool in_body_ = false, seen_header_ = false, credentials_ = false, digits_only_ = false;
};

}  // namespace

std::string mask_secrets(std::string_view sip_text) { return masker{}.run(sip_text); }

}  // namespace strowger::sofia
