// Bytes in and out of a connected socket, plain or through TLS. Never waits. Edge thread.
#pragma once

#include "transport/sockets.hpp"
#include "transport/tls_identity.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace strowger::sofia {

struct io_outcome {
    enum kind { moved, want_read, want_write, ended, failed } what = failed;
    std::size_t bytes = 0;
    std::string why;  // for failed
};

class byte_stream {
public:
    // `ssl` is null for plain TCP; otherwise its handshake is done and it stands on `fd`, which the
    // caller owns and closes after this object.
    byte_stream(int fd, openssl_ptr<SSL> ssl) noexcept : fd_(fd), ssl_(std::move(ssl)) {}
    io_outcome read(char* room, std::size_t size);
    io_outcome write(std::string_view bytes);
    // Tells the peer that no more comes, and takes in what it sent meanwhile, so that what was
    // written is not lost to a reset.
    void finish() noexcept;

private:
    io_outcome tls_outcome(int returned);
    int fd_;
    openssl_ptr<SSL> ssl_;
};

}  // namespace strowger::sofia
