#include "sdes.hpp"

#include <strowger/text.hpp>

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <array>
#include <vector>

namespace strowger::srtp {
namespace {

// RFC 4568, 9.1: fields are separated by single blanks; more than one is taken too.
std::string_view next_word(std::string_view& text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    auto end = text.find_first_of(" \t");
    auto word = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end);
    return word;
}

int base64_digit(char c) noexcept {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

// Exactly `size` octets, padded or not (peers do both; RFC 4648, 3.2). Empty on anything else.
secret decode_key(std::string_view text, std::size_t size) {
    std::size_t pads = 0;
    while (!text.empty() && text.back() == '=' && pads < 2) {
        text.remove_suffix(1);
        ++pads;
    }
    if (text.size() != (size * 8 + 5) / 6) return {};
    if (pads != 0 && (text.size() + pads) % 4 != 0) return {};
    std::array<std::uint8_t, secret::room + 2> bytes{};
    std::size_t length = 0;
    std::uint32_t bits = 0;
    int held = 0;
    for (char c : text) {
        auto digit = base64_digit(c);
        if (digit < 0) return {};
        bits = (bits << 6) | static_cast<std::uint32_t>(digit);
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes[length++] = static_cast<std::uint8_t>(bits >> held);
        }
        bits &= (1U << held) - 1U;
    }
    // RFC 4648, 3.5: left-over bits are zero; otherwise it is not what an encoder made.
    secret key = bits == 0 && length == size ? secret(std::span(bytes.data(), size)) : secret{};
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return key;
}

// "2^20" or a decimal number of packets, at most 2^48 (RFC 4568, 6.1; RFC 3711, 9.2).
bool valid_lifetime(std::string_view text) {
    std::uint64_t number = 0;
    if (text.starts_with("2^"))
        return parse_number(text.substr(2), number) && number >= 1 && number <= 48;
    return parse_number(text, number) && number >= 1 && number <= (std::uint64_t{1} << 48);
}

bool valid_mki(std::string_view text) {
    auto colon = text.find(':');
    std::uint32_t length = 0;
    return colon != text.npos && colon != 0 && parse_number(text.substr(colon + 1), length) &&
           length >= 1 && length <= 128;
}

// RFC 4568, 6.3: a parameter that is not understood makes the line unusable, unless it is marked
// with "-" as one that only declares something.
result<void> check_session_param(std::string_view word) {
    if (word.starts_with('-')) return {};
    if (auto size = word; size.starts_with("WSH=")) {
        std::uint32_t window = 0;
        if (parse_number(size.substr(4), window) && window >= 64) return {};
        return fail(errc::bad_syntax, "WSH is a number of at least 64");
    }
    auto name = word.substr(0, word.find('='));
    for (std::string_view known : {"UNENCRYPTED_SRTP", "UNENCRYPTED_SRTCP", "UNAUTHENTICATED_SRTP",
                                   "KDR", "FEC_ORDER", "FEC_KEY"})
        if (iequals(name, known)) return fail(errc::unsupported, cat(known, " is not accepted"));
    return fail(errc::unsupported, "it has an unknown session parameter");
}

}  // namespace

result<crypto_line> parse_crypto(std::string_view value) {
    if (value.size() > 1024) return fail(errc::bad_syntax, "the line is longer than 1024 octets");
    auto rest = trim(value);
    auto tag = next_word(rest), name = next_word(rest), keys = next_word(rest);
    crypto_line line;
    // RFC 4568, 9.1: tag = 1*9DIGIT
    if (tag.size() > 9 || !parse_number(tag, line.tag))
        return fail(errc::bad_syntax, "the tag is not a number of up to nine digits");
    if (name.empty() || keys.empty())
        return fail(errc::bad_syntax, "expected \"tag suite inline:key\"");
    line.cipher = find_suite(name);
    if (!line.cipher) return fail(errc::unsupported, "the suite is not known");
    if (!keys.starts_with("inline:"))
        return fail(errc::bad_syntax, "the key method is not \"inline\"");
    keys.remove_prefix(7);
    // RFC 4568, 6.1: several keys need an MKI each.
    if (keys.find(';') != keys.npos)
        return fail(errc::unsupported, "it has several keys (MKI), which is not done here");
    auto bar = keys.find('|');
    line.key = decode_key(keys.substr(0, bar), line.cipher->secret_size());
    if (line.key.empty())
        return fail(errc::bad_syntax, cat("the key is not base64 of ", line.cipher->secret_size(),
                                          " octets, as ", line.cipher->name, " needs"));
    if (bar != keys.npos) {
        auto extra = keys.substr(bar + 1);
        auto second = extra.find('|');
        auto first = extra.substr(0, second);
        bool mki = second != extra.npos || first.find(':') != first.npos;
        bool good = second != extra.npos
                        ? valid_lifetime(first) && valid_mki(extra.substr(second + 1))
                        : valid_lifetime(first) || valid_mki(first);
        if (!good) return fail(errc::bad_syntax, "what follows the key is no lifetime and no MKI");
        if (mki) return fail(errc::unsupported, "it has an MKI, which is not done here");
    }
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest))
        if (auto fine = check_session_param(word); !fine) return fine.error();
    return line;
}

std::string print_crypto(const crypto_line& line) {
    auto key = line.key.bytes();
    std::array<unsigned char, 4 * ((secret::room + 2) / 3) + 1> text{};
    auto length = EVP_EncodeBlock(text.data(), key.data(), static_cast<int>(key.size()));
    auto value = cat(line.tag, ' ', line.cipher->name, " inline:",
                     std::string_view(reinterpret_cast<const char*>(text.data()),
                                      static_cast<std::size_t>(length)));
    OPENSSL_cleanse(text.data(), text.size());
    return value;
}

result<secret> make_secret(const suite& cipher) {
    std::array<std::uint8_t, secret::room> bytes{};
    if (RAND_priv_bytes(bytes.data(), static_cast<int>(cipher.secret_size())) != 1)
        return fail(errc::internal, "OpenSSL's random generator gave no key");
    secret key(std::span<const std::uint8_t>(bytes.data(), cipher.secret_size()));
    OPENSSL_cleanse(bytes.data(), bytes.size());
    return key;
}

}  // namespace strowger::srtp
