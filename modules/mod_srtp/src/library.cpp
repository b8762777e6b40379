#include "library.hpp"

#include <strowger/text.hpp>

#include <srtp2/srtp.h>

namespace strowger::srtp {

result<std::shared_ptr<library>> library::start() {
    // The cipher and auth types' layout is that of 2.x; another major version is another library.
    if (srtp_get_version() >> 24 != 2)
        return fail(errc::incompatible,
                    cat("libsrtp 2 is needed; this is ", srtp_get_version_string()));
    // Runs every cipher's test vectors.
    if (auto status = srtp_init(); status != srtp_err_status_ok)
        return fail(errc::internal, cat("libsrtp does not start (status ", static_cast<int>(status),
                                        "): another user of it in this module?"));
    return std::shared_ptr<library>(new library);
}

library::~library() { srtp_shutdown(); }

}  // namespace strowger::srtp
