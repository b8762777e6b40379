#include "transport/stream_hub.hpp"

#include "message/random.hpp"

#include <strowger/text.hpp>

#include <limits>

namespace strowger::sofia {
namespace {

// How many threads the core has for each is not told: indices of edges are taken modulo their
// number, and threads for handshakes are given in turn. This many spread evenly over 1, 2, 3, 4, 6,
// 8 or 12 of them. Taken once, because only the control loop may ask the core.
constexpr std::size_t spread = 24;

std::vector<executor> edges_of(context& core) {
    std::vector<executor> all;
    for (std::size_t i = 0; i < spread; ++i) all.push_back(core.edge(i));
    return all;
}

std::vector<executor> handshakes_of(context& core) {
    std::vector<executor> all;
    for (std::size_t i = 0; i < spread; ++i) all.push_back(core.handshakes());
    return all;
}

// The counter begins again with each start of the profile, also in the same process (`reload
// mod_sofia`): a binding of before must not name the connection of another phone.
std::string new_flow_prefix(std::string_view node) {
    auto text = cat(node, '-');
    append_hex(text, random_64());
    return text += '-';
}

}  // namespace

stream_hub::stream_hub(context& core, transport_settings given, stream_events& events)
    : settings(std::move(given)),
      log(core.log()),
      strangers(core.log()),
      loop(core.executor()),
      edges(edges_of(core)),
      handshakes(handshakes_of(core)),
      limits(std::make_shared<connection_limits>(settings.max_connections,
                                                 settings.max_connections_per_peer)),
      attempts(std::numeric_limits<std::size_t>::max()),
      greetings(settings.max_handshakes),
      inside(&events),
      now_ms(
          std::chrono::duration_cast<milliseconds>(core.clock().now().time_since_epoch()).count()),
      flow_prefix_(new_flow_prefix(core.node())) {}

std::string stream_hub::new_flow_id() {
    return cat(flow_prefix_, last_id_.fetch_add(1, std::memory_order_relaxed) + 1);
}

executor stream_hub::next_edge() noexcept {
    return edges[last_edge_.fetch_add(1, std::memory_order_relaxed) % edges.size()];
}

executor stream_hub::next_handshake() noexcept {
    return handshakes[last_handshake_.fetch_add(1, std::memory_order_relaxed) % handshakes.size()];
}

std::shared_ptr<const tls_contexts> stream_hub::tls() const {
    std::scoped_lock guard(tls_lock_);
    return tls_;
}

void stream_hub::set_tls(std::shared_ptr<const tls_contexts> newer) {
    std::scoped_lock guard(tls_lock_);
    tls_.swap(newer);
}

void stream_hub::trace(bool incoming, transport_kind kind, const address& peer,
                       std::string_view bytes) {
    if (!tracing.load(std::memory_order_relaxed)) return;
    log.notice(incoming ? "recv " : "send ", bytes.size(), " bytes ", incoming ? "from " : "to ",
               to_string(kind), "/", to_string(peer), ":\n", mask_secrets(bytes));
}

}  // namespace strowger::sofia
