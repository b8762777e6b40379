// OpenSSL's AES counter mode and GCM, which libsrtp's kernel takes for its own ciphers: they carry
// the names that it looks for (srtp_aes_icm_128 and so on) and come before the archive's.
#pragma once

#include <srtp2/cipher.h>

#include <span>

namespace strowger::srtp {

// AES-CM 128, 192 and 256, AES-GCM 128 and 256, each with test vectors of its own.
std::span<const srtp_cipher_type_t* const> openssl_cipher_types() noexcept;

}  // namespace strowger::srtp
