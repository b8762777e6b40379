// What all stream connections of a profile share: settings, limits, counters, and the way to the
// control loop. Members are for any thread unless they say otherwise.
#pragma once

#include "transport/attempts.hpp"
#include "transport/limits.hpp"
#include "transport/tls_context.hpp"
#include "transport/transport.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace strowger::sofia {

class stream_flow;

// What connections tell the transport, on the control loop.
class stream_events {
public:
    // `order`: the number of the connect() it fulfils, 0 for one that was accepted.
    virtual void opened(const std::shared_ptr<stream_flow>& flow, std::uint64_t order) = 0;
    virtual void connect_failed(std::uint64_t order, error why) = 0;
    virtual void received(message what, const std::shared_ptr<stream_flow>& from) = 0;
    virtual void closed(const std::shared_ptr<stream_flow>& flow, std::string_view reason) = 0;

protected:
    ~stream_events() = default;
};

struct stream_hub {
    stream_hub(context& core, transport_settings given, stream_events& events);

    const transport_settings settings;
    logger& log;
    stranger_log strangers;
    const executor loop;
    const std::vector<executor> edges, handshakes;
    const std::shared_ptr<connection_limits> limits;
    attempt_list attempts;   // ours, to connect
    attempt_list greetings;  // handshakes with those who connect to us
    stream_events* inside;   // control loop only; null when the profile has stopped

    std::atomic<std::uint64_t> received{0}, sent{0}, malformed{0}, oversized{0}, refused{0},
        failed_handshakes{0};
    std::atomic<bool> tracing{false};
    std::atomic<std::int64_t> now_ms;  // the clock at the last tick

    // node, a name of this hub's own, and counter.
    std::string new_flow_id();
    executor next_edge() noexcept;
    executor next_handshake() noexcept;
    std::shared_ptr<const tls_contexts> tls() const;
    void set_tls(std::shared_ptr<const tls_contexts> newer);
    void trace(bool incoming, transport_kind kind, const address& peer, std::string_view bytes);

private:
    const std::string flow_prefix_;
    std::atomic<std::uint64_t> last_id_{0};
    std::atomic<std::size_t> last_edge_{0}, last_handshake_{0};
    mutable std::mutex tls_lock_;
    std::shared_ptr<const tls_contexts> tls_;
};
using hub_ptr = std::shared_ptr<stream_hub>;

}  // namespace strowger::sofia
