// The crypto attribute of SDP (RFC 4568): reading one line, writing one line.
#pragma once

#include "secret.hpp"
#include "suite.hpp"

#include <strowger/error.hpp>

#include <string>
#include <string_view>

namespace strowger::srtp {

struct crypto_line {
    std::uint32_t tag = 0;
    const suite* cipher = nullptr;
    secret key;
};

// The value of "a=crypto:". An error says why the line cannot be used: errc::bad_syntax when it is
// malformed, errc::unsupported when it asks for what is not done here (an unknown suite, an MKI,
// unencrypted or unauthenticated packets). The text never holds key material.
result<crypto_line> parse_crypto(std::string_view value);
// The value of "a=crypto:" for one key, base64 padded.
std::string print_crypto(const crypto_line& line);
// A fresh random key of the suite's size. errc::internal when the random generator fails.
result<secret> make_secret(const suite& cipher);

}  // namespace strowger::srtp
