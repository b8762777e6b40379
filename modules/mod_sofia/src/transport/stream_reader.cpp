#include "transport/stream_reader.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::sofia {
namespace {

// RFC 3261, 25.1: token. A start line begins with a method or with "SIP/2.0".
bool is_token(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           std::string_view("-.!%*_+`'~").find(c) != std::string_view::npos;
}

bool is_start_line(std::string_view line) noexcept {
    constexpr std::string_view version = "SIP/2.0";
    if (line.size() < version.size() + 2) return false;
    return iequals(line.substr(0, version.size() + 1), "SIP/2.0 ") ||
           iequals(line.substr(line.size() - version.size() - 1), " SIP/2.0");
}

struct head_facts {
    std::size_t headers = 0;
    bool has_length = false, length_bad = false;
    std::size_t length = 0;
};

void take_length(head_facts& facts, std::string_view value) noexcept {
    std::size_t number = 0;
    value = trim(value);
    // Nine digits hold every length that can be accepted, and keep sums from wrapping.
    if (value.size() > 9 || !parse_number(value, number)) {
        facts.length_bad = true;
    } else if (facts.has_length && number != facts.length) {
        facts.length_bad = true;  // two that differ: where the message ends is a guess
    } else {
        facts.length = number;
    }
    facts.has_length = true;
}

// RFC 3261, 7.3.1: blanks may stand before the colon, a header may go on in lines that begin with
// a blank, and Content-Length is also "l".
head_facts read_headers(std::string_view head) noexcept {
    head_facts facts;
    head.remove_prefix(head.find("\r\n") + 2);
    while (head.size() > 2) {
        auto end = head.find("\r\n");
        while (end + 2 < head.size() && (head[end + 2] == ' ' || head[end + 2] == '\t'))
            end = head.find("\r\n", end + 2);
        auto line = head.substr(0, end);
        head.remove_prefix(end + 2);
        ++facts.headers;
        auto colon = line.find(':');
        if (colon == line.npos) continue;
        auto name = trim(line.substr(0, colon));
        if (iequals(name, "Content-Length") || iequals(name, "l"))
            take_length(facts, line.substr(colon + 1));
    }
    return facts;
}

}  // namespace

void stream_reader::feed(std::string_view bytes) {
    if (failed_) return;
    if (start_ == buffer_.size()) {
        // An idle connection keeps no buffer: there may be many thousands of them.
        if (buffer_.capacity() > 4096) std::string().swap(buffer_);
        buffer_.clear();
        start_ = 0;
    } else if (start_ > 0) {
        buffer_.erase(0, start_);
        start_ = 0;
    }
    buffer_.append(bytes);
}

std::optional<stream_reader::item> stream_reader::next() {
    if (failed_) return std::nullopt;
    if (head_ == 0) {
        if (auto found = skip_blank_lines()) return found;
        if (buffered() == 0) return std::nullopt;
        if (!start_good_)
            if (auto found = check_start()) return found;
        if (auto found = read_head()) return found;
        if (head_ == 0) return std::nullopt;
    }
    if (buffered() < head_ + body_) return std::nullopt;
    item found{kind::message, std::string_view(buffer_).substr(start_, head_ + body_), 0, {}};
    start_ += head_ + body_;
    scanned_ = head_ = body_ = 0;
    start_good_ = false;
    return found;
}

stream_reader::item stream_reader::broken(std::string_view why) noexcept {
    failed_ = true;
    return {kind::garbage, {}, 0, why};
}

stream_reader::item stream_reader::refuse(int status, std::string_view why) noexcept {
    failed_ = true;
    return {kind::refused, std::string_view(buffer_).substr(start_, head_), status, why};
}

// RFC 3261, 7.5: line ends before a start line are ignored. RFC 5626, 4.4.1: two are a ping, one
// alone is the answer to a ping of ours.
std::optional<stream_reader::item> stream_reader::skip_blank_lines() {
    while (scanned_ == 0 && buffered() >= 2 && buffer_[start_] == '\r' &&
           buffer_[start_ + 1] == '\n') {
        start_ += 2;
        if (++line_ends_ == 2) {
            line_ends_ = 0;
            return item{kind::ping, {}, 0, {}};
        }
    }
    return std::nullopt;
}

std::optional<stream_reader::item> stream_reader::check_start() noexcept {
    auto text = std::string_view(buffer_).substr(start_);
    if (text == "\r") return std::nullopt;  // half a line end
    if (!is_token(text.front())) {
        // RFC 8446, 5.1: 22 is a handshake record.
        return broken(text.front() == '\x16' ? "it speaks TLS on the port for plain TCP"
                                             : "it does not speak SIP");
    }
    line_ends_ = 0;
    auto end = text.find("\r\n");
    if (std::min(end, text.size()) > std::min<std::size_t>(most_.message_bytes, 8192))
        return broken("its first line does not end");
    if (end == text.npos) return std::nullopt;
    if (!is_start_line(text.substr(0, end))) return broken("its first line is not one of SIP/2.0");
    start_good_ = true;
    return std::nullopt;
}

std::optional<stream_reader::item> stream_reader::read_head() noexcept {
    if (!start_good_) return std::nullopt;
    auto text = std::string_view(buffer_).substr(start_);
    auto end = text.find("\r\n\r\n", scanned_);
    if (end == text.npos) {
        scanned_ = text.size() < 3 ? 0 : text.size() - 3;
        if (text.size() > most_.message_bytes)
            return broken("the head of its message is larger than allowed");
        return std::nullopt;
    }
    head_ = end + 4;
    if (head_ > most_.message_bytes)
        return broken("the head of its message is larger than allowed");
    auto facts = read_headers(text.substr(0, head_));
    if (facts.headers > most_.headers) return broken("its message has more headers than allowed");
    if (!facts.has_length) return refuse(400, "Missing Content-Length");
    if (facts.length_bad) return refuse(400, "Bad Content-Length");
    if (facts.length > most_.message_bytes - head_) return refuse(513, "Message Too Large");
    body_ = facts.length;
    return std::nullopt;
}

}  // namespace strowger::sofia
