#include "transport/stream_flow.hpp"

#include "transport/connection.hpp"

#include <strowger/text.hpp>

#include <boost/asio/post.hpp>

namespace strowger::sofia {

stream_flow::stream_flow(hub_ptr hub, executor edge, stream_facts facts)
    : last_heard_ms(hub->now_ms.load(std::memory_order_relaxed)),
      hub_(std::move(hub)),
      edge_(std::move(edge)),
      id_(hub_->new_flow_id()),
      facts_(std::move(facts)) {}

void stream_flow::attach(std::shared_ptr<connection> wire) noexcept { wire_ = std::move(wire); }

result<void> stream_flow::send(std::string bytes) {
    if (!alive_) return fail(errc::closed, cat("the connection ", name(), " is closed"));
    auto size = bytes.size();
    if (unsent.load(std::memory_order_relaxed) + size > hub_->settings.max_unsent_bytes) {
        auto why = cat("more than ", hub_->settings.max_unsent_bytes,
                       " bytes are unsent: it does not read what it gets");
        close(why);
        return fail(errc::limit_reached, cat("the connection ", name(), " was closed: ", why));
    }
    unsent.fetch_add(size, std::memory_order_relaxed);
    hub_->sent.fetch_add(1, std::memory_order_relaxed);
    hub_->trace(false, facts_.kind, facts_.remote, bytes);
    boost::asio::post(edge_, [wire = wire_, bytes = std::move(bytes)]() { wire->write(bytes); });
    return {};
}

void stream_flow::close(std::string_view reason) {
    if (!alive_) return;
    alive_ = false;
    boost::asio::post(edge_, [wire = wire_, reason = std::string(reason)] { wire->shut(reason); });
}

void stream_flow::authenticate(std::string user) {
    bool stranger = authenticated_user().empty();
    flow::authenticate(std::move(user));
    if (stranger && alive_) boost::asio::post(edge_, [wire = wire_] { wire->trust(); });
}

void stream_flow::handled() {
    auto left = unhandled.fetch_sub(1) - 1;
    if (left > hub_->settings.max_unhandled_messages / 2 || !wire_) return;
    if (paused.exchange(false)) boost::asio::post(edge_, [wire = wire_] { wire->resume(); });
}

void stream_flow::ended() noexcept {
    alive_ = false;
    wire_.reset();
}

std::string stream_flow::name() const {
    return cat(to_string(facts_.kind), '/', to_string(facts_.remote));
}

}  // namespace strowger::sofia
