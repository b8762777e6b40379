#include "transport/byte_stream.hpp"

#include <openssl/err.h>

#include <sys/socket.h>
#include <algorithm>
#include <cerrno>
#include <climits>

namespace strowger::sofia {
namespace {

io_outcome plain_outcome(ssize_t returned, io_outcome::kind wanted) {
    if (returned > 0) return {io_outcome::moved, static_cast<std::size_t>(returned), {}};
    if (returned == 0) return {io_outcome::ended, 0, {}};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {wanted, 0, {}};
    return {io_outcome::failed, 0, system_text(errno)};
}

}  // namespace

io_outcome byte_stream::read(char* room, std::size_t size) {
    if (!ssl_) return plain_outcome(::recv(fd_, room, size, 0), io_outcome::want_read);
    ERR_clear_error();
    errno = 0;
    return tls_outcome(
        SSL_read(ssl_.get(), room, static_cast<int>(std::min<std::size_t>(size, INT_MAX))));
}

io_outcome byte_stream::write(std::string_view bytes) {
    if (bytes.empty()) return {io_outcome::moved, 0, {}};
    if (!ssl_)
        return plain_outcome(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
                             io_outcome::want_write);
    ERR_clear_error();
    errno = 0;
    return tls_outcome(SSL_write(ssl_.get(), bytes.data(),
                                 static_cast<int>(std::min<std::size_t>(bytes.size(), INT_MAX))));
}

io_outcome byte_stream::tls_outcome(int returned) {
    if (returned > 0) return {io_outcome::moved, static_cast<std::size_t>(returned), {}};
    auto number = errno;
    switch (SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ:
            return {io_outcome::want_read, 0, {}};
        case SSL_ERROR_WANT_WRITE:
            return {io_outcome::want_write, 0, {}};
        case SSL_ERROR_ZERO_RETURN:
            return {io_outcome::ended, 0, {}};
        case SSL_ERROR_SYSCALL:
            if (number == 0) return {io_outcome::ended, 0, {}};
            return {io_outcome::failed, 0, system_text(number)};
        default: {
            const char* reason = ERR_reason_error_string(ERR_peek_last_error());
            ERR_clear_error();
            return {io_outcome::failed, 0, reason ? reason : "the TLS connection broke"};
        }
    }
}

void byte_stream::finish() noexcept {
    if (ssl_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());
        ERR_clear_error();
    }
    ::shutdown(fd_, SHUT_WR);
    char waste[4096];
    for (int i = 0; i < 16 && ::recv(fd_, waste, sizeof waste, 0) > 0; ++i) {
    }
}

}  // namespace strowger::sofia
