// Sockets as the transports need them: non-blocking, closed on exec. Any thread.
#pragma once

#include "transport/flow.hpp"

#include <utility>

namespace strowger::sofia {

// An open descriptor and its owner.
class unique_fd {
public:
    unique_fd() = default;
    explicit unique_fd(int taken) noexcept : fd_(taken) {}
    unique_fd(unique_fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    unique_fd& operator=(unique_fd&& other) noexcept {
        std::swap(fd_, other.fd_);
        return *this;
    }
    ~unique_fd();
    int get() const noexcept { return fd_; }
    int release() noexcept { return std::exchange(fd_, -1); }
    explicit operator bool() const noexcept { return fd_ >= 0; }

private:
    int fd_ = -1;
};

// The system's words for an errno.
std::string system_text(int number);

// errc::io_error: says what failed at which address and what to do about it.
result<unique_fd> bind_udp(const address& at);
result<unique_fd> listen_tcp(const address& at);
// Starts to connect; the socket becomes writable when that ended. `from`: the local address, its
// port is not used.
result<unique_fd> begin_connect(const address& from, const address& to);
// How a connect that was begun ended: 0 or an errno.
int connect_outcome(int fd) noexcept;
// For connections: no delay, and probes that find a peer that is gone without a word.
void prepare_connection(int fd) noexcept;

// A socket address of the system's, and back.
struct system_address {
    alignas(8) unsigned char bytes[28] = {};
    unsigned length = sizeof bytes;
};
system_address to_system(const address& where) noexcept;
address from_system(const system_address& where) noexcept;
address local_address(int fd) noexcept;

}  // namespace strowger::sofia
