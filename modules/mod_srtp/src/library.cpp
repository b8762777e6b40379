#include "library.hpp"

#include "openssl_auth.hpp"
#include "openssl_ciphers.hpp"

#include <strowger/text.hpp>

#include <srtp2/srtp.h>

namespace strowger::srtp {

result<std::shared_ptr<library>> library::start() {
    // The cipher and auth types' layout is that of 2.x; another major version is another library.
    if (srtp_get_version() >> 24 != 2)
        return fail(errc::incompatible,
                    cat("libsrtp 2 is needed; this is ", srtp_get_version_string()));
    if (auto status = srtp_init(); status != srtp_err_status_ok)
        return fail(errc::internal, cat("libsrtp does not start (status ", static_cast<int>(status),
                                        "): another user of it in this module?"));
    std::shared_ptr<library> started(new library);
    for (const auto* type : openssl_cipher_types())
        if (auto status = srtp_replace_cipher_type(type, type->id); status != srtp_err_status_ok)
            return fail(errc::internal, cat("libsrtp does not take ", type->description,
                                            " (status ", static_cast<int>(status), ")"));
    const auto& auth = openssl_auth_type();
    if (auto status = srtp_replace_auth_type(&auth, auth.id); status != srtp_err_status_ok)
        return fail(errc::internal, cat("libsrtp does not take ", auth.description, " (status ",
                                        static_cast<int>(status), ")"));
    return started;
}

library::~library() { srtp_shutdown(); }

}  // namespace strowger::srtp
