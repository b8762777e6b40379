// libsrtp's crypto kernel, with OpenSSL's AES and SHA-1 underneath. One for each generation of the
// module: the static library is linked privately, so no other module's sessions share it.
#pragma once

#include <strowger/error.hpp>

#include <memory>

namespace strowger::srtp {

class library {
public:
    // Starts the kernel. Holders share it; it is shut down when the last
    // one goes, which is after the last session. errc::internal: a cipher failed its tests.
    static result<std::shared_ptr<library>> start();
    library(const library&) = delete;
    library& operator=(const library&) = delete;
    ~library();

private:
    library() = default;
};

}  // namespace strowger::srtp
