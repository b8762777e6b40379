// HMAC-SHA1 in the form libsrtp takes through srtp_replace_auth_type.
#pragma once

#include <srtp2/auth.h>

namespace strowger::srtp {

const srtp_auth_type_t& openssl_auth_type() noexcept;

}  // namespace strowger::srtp
