#include "sdp/sdp.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::rtp {
namespace {

const std::string* find_in(const std::vector<sdp_attribute>& attributes,
                           std::string_view name) noexcept {
    for (const auto& each : attributes)
        if (each.name == name) return &each.value;
    return nullptr;
}

std::string_view next_word(std::string_view& text) {
    auto start = text.find_first_not_of(' ');
    text.remove_prefix(start == text.npos ? text.size() : start);
    auto end = text.find(' ');
    auto word = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end);
    return word;
}

bool is_token(std::string_view word, std::size_t longest) {
    return !word.empty() && word.size() <= longest &&
           std::all_of(word.begin(), word.end(), [](char c) { return c > 32 && c < 127; });
}

// RFC 8866, 5.7: "IN IP4 address[/ttl]".
std::optional<sdp_connection> read_connection(std::string_view value) {
    auto net = next_word(value), type = next_word(value), address = next_word(value);
    address = address.substr(0, address.find('/'));
    if (net != "IN" || (type != "IP4" && type != "IP6") || !is_token(address, 255)) return {};
    return sdp_connection{type == "IP6", std::string(address)};
}

// RFC 8866, 5.14: "audio 49170[/2] RTP/AVP 0 8".
std::optional<sdp_media_line> read_media(std::string_view value) {
    sdp_media_line line;
    auto kind = next_word(value), port = next_word(value), protocol = next_word(value);
    port = port.substr(0, port.find('/'));
    if (!is_token(kind, 32) || !is_token(protocol, 64) || !parse_number(port, line.port)) return {};
    line.kind = kind;
    line.protocol = protocol;
    for (auto word = next_word(value); !word.empty(); word = next_word(value)) {
        if (!is_token(word, 64) || line.formats.size() >= most_formats) return {};
        line.formats.emplace_back(word);
    }
    if (line.formats.empty()) return {};
    return line;
}

error bad_line(std::size_t number, std::string_view what) {
    return fail(errc::bad_syntax, cat("SDP line ", number, ": ", what));
}

}  // namespace

const std::string* sdp_media_line::find(std::string_view name) const noexcept {
    return find_in(attributes, name);
}

const std::string* sdp_description::find(std::string_view name) const noexcept {
    return find_in(attributes, name);
}

result<sdp_description> parse_sdp(std::string_view text) {
    if (text.size() > largest_sdp)
        return fail(errc::limit_reached,
                    cat("SDP of ", text.size(), " octets; at most ", largest_sdp, " are read"));
    sdp_description read;
    std::size_t number = 0, attributes = 0;
    bool version = false;
    while (!text.empty()) {
        auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
        if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
        ++number;
        if (line.empty()) continue;
        if (line.size() < 2 || line[1] != '=') return bad_line(number, "expected \"letter=value\"");
        // RFC 8866, 9: no control characters; they must not get into a text of ours either.
        if (line.find_first_of(std::string_view("\0\r", 2)) != line.npos)
            return bad_line(number, "a control character");
        auto value = line.substr(2);
        switch (line[0]) {
            case 'v':
                if (trim(value) != "0") return bad_line(number, "the version is 0");
                version = true;
                break;
            case 'o':
                read.origin = value;
                break;
            case 'c': {
                auto connection = read_connection(value);
                if (!connection) return bad_line(number, "expected \"c=IN IP4 address\"");
                (read.media.empty() ? read.connection : read.media.back().connection) = *connection;
                break;
            }
            case 'm': {
                auto media = read_media(value);
                if (!media) return bad_line(number, "expected \"m=kind port protocol formats\"");
                if (read.media.size() >= most_media_lines)
                    return fail(errc::limit_reached,
                                cat("SDP with more than ", most_media_lines, " m= lines"));
                read.media.push_back(std::move(*media));
                break;
            }
            case 'a': {
                if (++attributes > most_attributes)
                    return fail(errc::limit_reached,
                                cat("SDP with more than ", most_attributes, " a= lines"));
                auto colon = value.find(':');
                sdp_attribute one{
                    std::string(value.substr(0, colon)),
                    colon == value.npos ? std::string() : std::string(value.substr(colon + 1))};
                (read.media.empty() ? read.attributes : read.media.back().attributes)
                    .push_back(std::move(one));
                break;
            }
            default:
                break;  // s= t= b= and the rest say nothing that we use
        }
        if (number == 1 && !version) return bad_line(number, "expected \"v=0\"");
    }
    if (!version) return fail(errc::bad_syntax, "SDP is empty");
    return read;
}

void print_media(const sdp_media_line& line, std::string& out) {
    out += cat("m=", line.kind, ' ', line.port, ' ', line.protocol);
    for (const auto& format : line.formats) out += cat(' ', format);
    out += "\r\n";
    if (line.connection) out += cat("c=", print_connection(*line.connection), "\r\n");
    for (const auto& each : line.attributes)
        out += each.value.empty() ? cat("a=", each.name, "\r\n")
                                  : cat("a=", each.name, ':', each.value, "\r\n");
}

std::string print_connection(const sdp_connection& at) {
    return cat("IN ", at.ipv6 ? "IP6 " : "IP4 ", at.address);
}

}  // namespace strowger::rtp
