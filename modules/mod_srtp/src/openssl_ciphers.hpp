// OpenSSL's AES counter mode and GCM in the form libsrtp takes through srtp_replace_cipher_type.
#pragma once

#include <srtp2/cipher.h>

#include <span>

namespace strowger::srtp {

// AES-CM 128 and 256, AES-GCM 128 and 256, each with test vectors of its own.
std::span<const srtp_cipher_type_t* const> openssl_cipher_types() noexcept;

}  // namespace strowger::srtp
