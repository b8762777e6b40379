#include "transport/connector.hpp"

#include "transport/connection.hpp"
#include "transport/tls_handshake.hpp"

#include <strowger/text.hpp>

#include <boost/asio/post.hpp>

namespace strowger::sofia {
namespace {

void tell_failure(const hub_ptr& hub, std::uint64_t order, error why) {
    boost::asio::post(hub->loop, [hub, order, why = std::move(why)] {
        if (hub->inside) hub->inside->connect_failed(order, why);
    });
}

}  // namespace

void connector::start(hub_ptr hub, target whom, std::uint64_t order) {
    auto made = std::make_shared<connector>(hub, std::move(whom), order);
    auto in_time = hub->attempts.add(made, made->deadline_);
    boost::asio::post(made->edge_, [made, in_time] {
        if (in_time)
            made->begin();
        else
            made->finish(fail(errc::cancelled, "the profile stops"));
    });
}

connector::connector(hub_ptr hub, target whom, std::uint64_t order)
    : hub_(std::move(hub)),
      edge_(hub_->next_edge()),
      whom_(std::move(whom)),
      order_(order),
      deadline_(hub_->now_ms.load() + hub_->settings.connect_timeout.count()) {}

connector::~connector() { hub_->attempts.remove(this); }

void connector::give_up(std::string why) {
    boost::asio::post(edge_, [self = shared_from_this(), why = std::move(why)] {
        self->finish(
            fail(errc::timed_out, cat("cannot connect to ", to_string(self->whom_.to), ": ", why)));
    });
}

void connector::begin() {
    if (ended_) return;
    auto place = hub_->limits->admit(whom_.to.ip);
    if (!place) return finish(place.error());
    place_ = std::move(*place);
    place_->trust();  // whom we call is no stranger
    auto fd = begin_connect(whom_.from, whom_.to);
    if (!fd) return finish(fd.error());
    descriptor_.emplace(edge_, fd->get());
    fd->release();
    descriptor_->async_wait(boost::asio::posix::stream_descriptor::wait_write,
                            [self = shared_from_this()](boost::system::error_code) {
                                if (!self->ended_) self->connected();
                            });
}

void connector::connected() {
    if (auto number = connect_outcome(descriptor_->native_handle()); number != 0)
        return finish(fail(errc::unavailable, cat("cannot connect to ", to_string(whom_.to), ": ",
                                                  system_text(number))));
    unique_fd fd(descriptor_->release());
    descriptor_.reset();
    ended_ = true;
    hub_->attempts.remove(this);
    prepare_connection(fd.get());
    if (whom_.kind == transport_kind::tls) return secure(std::move(fd));
    stream_facts facts{transport_kind::tcp, local_address(fd.get()), whom_.to, false, {}};
    connection::open(hub_, std::move(fd), nullptr, std::move(facts), std::move(place_), order_);
}

void connector::secure(unique_fd fd) {
    auto contexts = hub_->tls();
    if (!contexts || !contexts->client) {
        tell_failure(hub_, order_,
                     fail(errc::unavailable,
                          contexts ? contexts->client_problem : "the profile has no TLS"));
        return;
    }
    auto local = local_address(fd.get());
    auto done = [hub = hub_, to = whom_.to, name = whom_.name, order = order_, local,
                 place = std::move(place_)](result<secured_socket> outcome) {
        if (!outcome) {
            hub->failed_handshakes.fetch_add(1, std::memory_order_relaxed);
            tell_failure(hub, order,
                         fail(outcome.error().code, cat("TLS with ", name, " (", to_string(to),
                                                        ") failed: ", outcome.error().text)));
            return;
        }
        stream_facts facts{transport_kind::tls, local, to, false, std::move(outcome->peer)};
        connection::open(hub, std::move(outcome->fd), std::move(outcome->ssl), std::move(facts),
                         place, order);
    };
    tls_handshake::start(hub_, contexts->client, tls_role::client, contexts->verify_out,
                         std::move(fd), whom_.name, deadline_, std::move(done));
}

void connector::finish(error why) {
    if (ended_) return;
    ended_ = true;
    hub_->attempts.remove(this);
    descriptor_.reset();
    place_.reset();
    tell_failure(hub_, order_, std::move(why));
}

}  // namespace strowger::sofia
