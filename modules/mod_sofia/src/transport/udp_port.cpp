#include "transport/udp_port.hpp"

#include "transport/stun.hpp"

#include <strowger/text.hpp>

#include <sys/socket.h>
#include <cerrno>

namespace strowger::sofia {
namespace {

constexpr int datagrams_in_a_row = 64;  // then calls and timers have their turn
constexpr std::size_t largest_datagram = 65536;
constexpr std::size_t most_queued_bytes = 1024 * 1024;

// RFC 5626, 3.5: line ends; some phones send zeros or blanks.
bool is_keep_alive(std::string_view bytes) noexcept {
    return bytes.find_first_not_of(std::string_view("\r\n \t\0", 5)) == bytes.npos;
}

}  // namespace

udp_port::udp_port(hub_ptr hub, unique_fd socket, handler hear)
    : hub_(std::move(hub)),
      hear_(std::move(hear)),
      at_(local_address(socket.get())),
      room_(largest_datagram) {
    descriptor_.emplace(hub_->loop, socket.get());
    socket.release();
}

void udp_port::start() { wait_readable(); }

void udp_port::close() {
    descriptor_.reset();
    queue_.clear();
    queued_bytes_ = 0;
}

void udp_port::wait_readable() {
    descriptor_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                            [self = shared_from_this()](boost::system::error_code problem) {
                                if (!problem && self->open_now()) self->receive_some();
                            });
}

void udp_port::receive_some() {
    for (int i = 0; i < datagrams_in_a_row; ++i) {
        system_address raw;
        socklen_t length = sizeof raw.bytes;
        auto got = ::recvfrom(descriptor_->native_handle(), room_.data(), room_.size(), 0,
                              reinterpret_cast<sockaddr*>(raw.bytes), &length);
        if (got < 0) {
            if (errno == EAGAIN || errno == EWOULDBLOCK) break;
            continue;  // an ICMP error of an earlier datagram, or a signal
        }
        raw.length = length;
        take({room_.data(), static_cast<std::size_t>(got)}, from_system(raw));
        if (!open_now()) return;
    }
    wait_readable();
}

void udp_port::take(std::string_view bytes, const address& peer) {
    if (is_keep_alive(bytes)) return;
    if (is_stun(bytes)) {
        if (auto answer = answer_stun(bytes, peer); !answer.empty()) put(answer, peer);
        return;
    }
    if (bytes.size() > hub_->settings.max_message_bytes) {
        hub_->oversized.fetch_add(1, std::memory_order_relaxed);
        hub_->strangers.write(
            stranger_log::kind::datagram, log_level::warning,
            cat("a datagram of ", bytes.size(), " bytes from udp/", to_string(peer),
                " is dropped: more than ", hub_->settings.max_message_bytes, " are not read"));
        return;
    }
    hub_->received.fetch_add(1, std::memory_order_relaxed);
    hub_->trace(true, transport_kind::udp, peer, bytes);
    hear_(bytes, peer);
}

int udp_port::put(std::string_view bytes, const address& peer) noexcept {
    auto raw = to_system(peer);
    auto sent = ::sendto(descriptor_->native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL,
                         reinterpret_cast<const sockaddr*>(raw.bytes), raw.length);
    return sent >= 0 ? 0 : errno;
}

result<void> udp_port::send(std::string bytes, const address& peer) {
    if (!open_now()) return fail(errc::closed, "the profile's UDP socket is closed");
    hub_->trace(false, transport_kind::udp, peer, bytes);
    if (queue_.empty()) {
        auto number = put(bytes, peer);
        if (number == 0) {
            hub_->sent.fetch_add(1, std::memory_order_relaxed);
            return {};
        }
        if (number != EAGAIN && number != EWOULDBLOCK)
            return fail(errc::io_error, cat("cannot send ", bytes.size(), " bytes to udp/",
                                            to_string(peer), ": ", system_text(number)));
    }
    if (queued_bytes_ + bytes.size() > most_queued_bytes)
        return fail(errc::limit_reached, cat("a datagram to udp/", to_string(peer),
                                             " is lost: the network takes nothing"));
    queued_bytes_ += bytes.size();
    queue_.push_back({std::move(bytes), peer});
    if (!waiting_writable_) wait_writable();
    return {};
}

void udp_port::wait_writable() {
    waiting_writable_ = true;
    descriptor_->async_wait(boost::asio::posix::stream_descriptor::wait_write,
                            [self = shared_from_this()](boost::system::error_code problem) {
                                self->waiting_writable_ = false;
                                if (!problem && self->open_now()) self->flush();
                            });
}

void udp_port::flush() {
    while (!queue_.empty()) {
        auto number = put(queue_.front().bytes, queue_.front().peer);
        if (number == EAGAIN || number == EWOULDBLOCK) return wait_writable();
        if (number == 0) hub_->sent.fetch_add(1, std::memory_order_relaxed);
        queued_bytes_ -= queue_.front().bytes.size();
        queue_.pop_front();
    }
}

}  // namespace strowger::sofia
