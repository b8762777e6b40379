// OpenSSL's SHA-1 as libsrtp's HMAC-SHA1, under the name its kernel looks for (srtp_hmac).
#pragma once

#include <srtp2/auth.h>

namespace strowger::srtp {

const srtp_auth_type_t& openssl_auth_type() noexcept;

}  // namespace strowger::srtp
