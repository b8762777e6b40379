#include "transport/tls_handshake.hpp"

#include <strowger/text.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <openssl/err.h>

#include <sys/socket.h>
#include <cerrno>

namespace strowger::sofia {

void tls_handshake::start(hub_ptr hub, std::shared_ptr<SSL_CTX> context, tls_role role, bool verify,
                          unique_fd fd, std::string name, std::int64_t deadline,
                          done_handler done) {
    auto made = std::make_shared<tls_handshake>(hub, role, verify, std::move(fd), std::move(name),
                                                std::move(done));
    auto in_time = made->others().add(made, deadline);
    boost::asio::post(made->strand_, [made, in_time, context = std::move(context)] {
        if (in_time)
            made->begin(context);
        else
            made->finish(fail(errc::cancelled, "the profile stops"));
    });
}

tls_handshake::tls_handshake(hub_ptr hub, tls_role role, bool verify, unique_fd fd,
                             std::string name, done_handler done)
    : hub_(std::move(hub)),
      strand_(boost::asio::make_strand(hub_->next_handshake())),
      role_(role),
      verify_(verify),
      fd_(std::move(fd)),
      name_(std::move(name)),
      done_(std::move(done)) {}

tls_handshake::~tls_handshake() { others().remove(this); }

void tls_handshake::give_up(std::string why) {
    boost::asio::post(strand_, [self = shared_from_this(), why = std::move(why)] {
        self->finish(fail(errc::timed_out, why));
    });
}

void tls_handshake::begin(const std::shared_ptr<SSL_CTX>& context) {
    if (!done_) return;  // given up before it began
    ERR_clear_error();
    ssl_.reset(SSL_new(context.get()));
    if (!ssl_ || SSL_set_fd(ssl_.get(), fd_.get()) != 1)
        return finish(fail(errc::internal, "OpenSSL gives no connection: out of memory?"));
    descriptor_.emplace(strand_, fd_.get());
    fd_.release();
    if (role_ == tls_role::client) {
        SSL_set_connect_state(ssl_.get());
        boost::system::error_code not_ip;
        boost::asio::ip::make_address(name_, not_ip);
        // RFC 6066, 3: a server name is a DNS name, never an address.
        if (not_ip) SSL_set_tlsext_host_name(ssl_.get(), name_.c_str());
    } else {
        SSL_set_accept_state(ssl_.get());
    }
    step();
}

void tls_handshake::step() {
    if (!done_) return;
    if (role_ == tls_role::server && speaks_plain_sip())
        return finish(fail(errc::bad_syntax,
                           "it speaks without TLS on the TLS port: set its transport to TLS, or "
                           "its port to the one for UDP and TCP"));
    ERR_clear_error();
    errno = 0;
    auto returned = SSL_do_handshake(ssl_.get());
    auto number = errno;
    if (returned == 1) return succeed();
    switch (auto why = SSL_get_error(ssl_.get(), returned)) {
        case SSL_ERROR_WANT_READ:
            return wait(boost::asio::posix::stream_descriptor::wait_read);
        case SSL_ERROR_WANT_WRITE:
            return wait(boost::asio::posix::stream_descriptor::wait_write);
        default:
            finish(
                fail(errc::unauthenticated, describe_tls_failure(ssl_.get(), role_, why, number)));
    }
}

// RFC 8446, 5.1: the first byte of a TLS connection is 22, a handshake record.
bool tls_handshake::speaks_plain_sip() noexcept {
    if (peeked_) return false;
    unsigned char first = 0;
    if (::recv(descriptor_->native_handle(), &first, 1, MSG_PEEK) != 1) return false;
    peeked_ = true;
    return first == '\r' || first == '\n' || (first >= 'A' && first <= 'Z');
}

void tls_handshake::wait(boost::asio::posix::stream_descriptor::wait_type what) {
    descriptor_->async_wait(
        what, [self = shared_from_this()](boost::system::error_code) { self->step(); });
}

void tls_handshake::succeed() {
    secured_socket made;
    made.peer = describe_peer(ssl_.get(), role_, verify_, name_);
    if (verify_ && !made.peer.verified)
        return finish(fail(errc::unauthenticated, made.peer.problem));
    // The descriptor leaves this thread's loop; the edge thread's takes it.
    made.fd = unique_fd(descriptor_->release());
    made.ssl = std::move(ssl_);
    finish(std::move(made));
}

void tls_handshake::finish(result<secured_socket> outcome) {
    if (!done_) return;
    others().remove(this);
    if (ssl_ && descriptor_) {
        ERR_clear_error();
        SSL_shutdown(ssl_.get());  // after a refused name: says goodbye properly
        ERR_clear_error();
    }
    ssl_.reset();
    descriptor_.reset();
    fd_ = unique_fd();
    auto done = std::move(done_);
    done_ = nullptr;
    done(std::move(outcome));
}

}  // namespace strowger::sofia
