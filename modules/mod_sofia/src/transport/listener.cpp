#include "transport/listener.hpp"

#include "transport/connection.hpp"
#include "transport/tls_handshake.hpp"

#include <strowger/text.hpp>

#include <boost/asio/post.hpp>

#include <sys/socket.h>
#include <cerrno>

namespace strowger::sofia {
namespace {

constexpr int accepts_in_a_row = 32;
constexpr std::chrono::milliseconds rest_time{100};

void refused_handshake(const hub_ptr& hub, const address& peer, const error& why) {
    hub->failed_handshakes.fetch_add(1, std::memory_order_relaxed);
    if (why.code == errc::cancelled) return;
    hub->strangers.write(
        stranger_log::kind::handshake, log_level::warning,
        cat("TLS handshake with ", to_string(peer), " (it connected to us) failed: ", why.text));
}

void secure(const hub_ptr& hub, unique_fd fd, const address& peer, connection_limits::place place) {
    auto contexts = hub->tls();
    if (!contexts || !contexts->server) return;
    auto local = local_address(fd.get());
    auto done = [hub, peer, local, place = std::move(place)](result<secured_socket> outcome) {
        if (!outcome) return refused_handshake(hub, peer, outcome.error());
        stream_facts facts{transport_kind::tls, local, peer, true, std::move(outcome->peer)};
        connection::open(hub, std::move(outcome->fd), std::move(outcome->ssl), std::move(facts),
                         place, 0);
    };
    auto deadline = hub->now_ms.load() + hub->settings.handshake_timeout.count();
    tls_handshake::start(hub, contexts->server, tls_role::server, contexts->verify_in,
                         std::move(fd), {}, deadline, std::move(done));
}

}  // namespace

listener::listener(hub_ptr hub, transport_kind kind, unique_fd listening)
    : hub_(std::move(hub)),
      kind_(kind),
      edge_(hub_->edges.front()),
      listening_(std::move(listening)),
      at_(local_address(listening_.get())) {}

void listener::start() {
    boost::asio::post(edge_, [self = shared_from_this()] {
        if (!self->listening_) return;  // closed meanwhile
        self->descriptor_.emplace(self->edge_, self->listening_.get());
        self->listening_.release();
        self->resting_.emplace(self->edge_);
        self->wait();
    });
}

void listener::close() {
    boost::asio::post(edge_, [self = shared_from_this()] {
        self->resting_.reset();
        self->descriptor_.reset();
        self->listening_ = unique_fd();
    });
}

void listener::wait() {
    descriptor_->async_wait(boost::asio::posix::stream_descriptor::wait_read,
                            [self = shared_from_this()](boost::system::error_code problem) {
                                if (!problem && self->descriptor_) self->accept_some();
                            });
}

void listener::accept_some() {
    for (int i = 0; i < accepts_in_a_row; ++i) {
        system_address raw;
        socklen_t length = sizeof raw.bytes;
        unique_fd fd(::accept4(descriptor_->native_handle(), reinterpret_cast<sockaddr*>(raw.bytes),
                               &length, SOCK_NONBLOCK | SOCK_CLOEXEC));
        if (fd) {
            raw.length = length;
            take(std::move(fd), from_system(raw));
            continue;
        }
        if (errno == EAGAIN || errno == EWOULDBLOCK) break;
        // Without descriptors the connection stays in the queue and the socket stays readable:
        // trying again at once would keep this thread busy for nothing.
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
            hub_->strangers.write(stranger_log::kind::refused, log_level::error,
                                  cat("cannot accept a connection at ", to_string(at_), ": ",
                                      system_text(errno), "; raise the limit of descriptors"));
            return rest();
        }
    }
    wait();
}

void listener::rest() {
    resting_->expires_after(rest_time);
    resting_->async_wait([self = shared_from_this()](boost::system::error_code problem) {
        if (!problem && self->descriptor_) self->accept_some();
    });
}

void listener::take(unique_fd fd, const address& peer) {
    auto place = hub_->limits->admit(peer.ip);
    if (!place) {
        hub_->refused.fetch_add(1, std::memory_order_relaxed);
        hub_->strangers.write(
            stranger_log::kind::refused, log_level::warning,
            cat("a connection from ", to_string(peer), " is refused: ", place.error().text));
        return;
    }
    prepare_connection(fd.get());
    if (kind_ == transport_kind::tls) return secure(hub_, std::move(fd), peer, std::move(*place));
    stream_facts facts{transport_kind::tcp, local_address(fd.get()), peer, true, {}};
    connection::open(hub_, std::move(fd), nullptr, std::move(facts), std::move(*place), 0);
}

}  // namespace strowger::sofia
