// The media thread's half of a session: two sockets, and what happens to a packet.
//
// Everything here but the counters and the ring runs on the media thread; the control loop changes
// it with tasks posted to that thread. Nothing allocates, locks, logs or waits.
#pragma once

#include "ports/address.hpp"
#include "relay/digits.hpp"
#include "relay/event_ring.hpp"
#include "relay/latch.hpp"
#include "relay/rewriter.hpp"
#include "relay/taps.hpp"
#include "tones/player.hpp"

#include <strowger/lease.hpp>
#include <strowger/media.hpp>

#include <array>
#include <atomic>
#include <memory>

namespace strowger::rtp {

// Written by the media thread, read by anybody.
struct leg_counters {
    std::atomic<std::uint64_t> packets_in{0}, packets_out{0}, bytes_in{0}, bytes_out{0};
    std::atomic<std::uint64_t> strangers{0}, unauthentic{0}, not_rtp{0};
};

// The transforms of a protected stream, with the lease of the module whose code they are.
struct protected_stream {
    lease<media_protection> code;
    std::unique_ptr<packet_transform> outgoing, incoming;
};

// Incoming payload number → the receiver's, or `drop`.
using payload_map = std::array<std::uint8_t, 128>;
inline constexpr std::uint8_t dropped_payload = 255;
inline payload_map empty_map() noexcept {
    payload_map map;
    map.fill(dropped_payload);
    return map;
}

struct leg_settings {
    socket_address rtp, rtcp;   // signalled; empty: unknown or on hold
    socket_address signalling;  // where the leg's signalling comes from
    bool mux = false;
    bool secure = false;  // nothing passes without transforms
    bool sends = false, receives = false;
    std::uint32_t clock_rate = 8000;
    struct digits {
        std::uint8_t payload = dropped_payload;
        std::uint32_t rate = 8000;
    };
    std::array<digits, 4> events{};               // payload numbers of RFC 4733 that come in
    shown_payloads shown;                         // those agreed on that are no events
    std::uint8_t tone_payload = dropped_payload;  // G.711's number, when it is the codec
    bool tone_alaw = false;
    std::uint32_t timeout_ticks = 0, hold_timeout_ticks = 0;  // 0: none
};

class leg final : public media_handler {
public:
    leg(int rtp_fd, int rtcp_fd, std::shared_ptr<const wake_up> bell, rewriter start) noexcept;
    leg(const leg&) = delete;
    leg& operator=(const leg&) = delete;

    void readable(int fd) noexcept override;
    void tick(std::uint64_t now_ns) noexcept override;

    // Media thread, from posted tasks. What they replace goes back in their arguments, to be
    // destroyed on the control loop.
    void configure(const leg_settings& settings) noexcept;
    void protect(protected_stream& with) noexcept;
    void link(leg* mate, const payload_map& to_mate) noexcept;
    void unlink() noexcept { mate_ = nullptr; }
    void echo(bool on, const payload_map& to_self) noexcept;
    void play(std::unique_ptr<player>& tones) noexcept;
    void watch_silence(bool on) noexcept;
    void tap(owned<media_tap>& listener) noexcept { taps_.add(listener); }
    void untap(const media_tap& which, owned<media_tap>& gone) noexcept {
        taps_.remove(which, gone);
    }

    const leg_counters& counters() const noexcept { return counters_; }
    event_ring& events() noexcept { return events_; }

private:
    static constexpr std::size_t largest_packet = 2048;
    static void count(std::atomic<std::uint64_t>& which, std::uint64_t by = 1) noexcept {
        // One writer: no locked instruction is needed.
        which.store(which.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
    void rtp_came(std::uint8_t* packet, std::size_t size, const socket_address& from) noexcept;
    void rtcp_came(std::uint8_t* packet, std::size_t size, const socket_address& from,
                   bool on_rtp_port) noexcept;
    void take_digit(const std::uint8_t* packet, std::size_t size, std::uint8_t payload) noexcept;
    void send(std::uint8_t* packet, std::size_t size, const void* source,
              std::uint64_t now_ns) noexcept;
    // `shift`: what the mate adds to sequence numbers, which reports must not show.
    void send_rtcp(std::uint8_t* packet, std::size_t size, std::uint16_t shift) noexcept;
    void play_next(std::uint64_t now_ns) noexcept;
    void tell(media_event event) noexcept;

    int rtp_fd_, rtcp_fd_;
    std::shared_ptr<const wake_up> bell_;
    leg_settings settings_;
    protected_stream protection_;
    latch rtp_latch_, rtcp_latch_;
    rewriter out_;
    digit_receiver digits_;
    leg* mate_ = nullptr;
    bool echo_ = false;
    payload_map to_mate_ = empty_map(), to_self_ = empty_map();
    tap_list taps_;
    std::unique_ptr<player> player_;
    bool playing_ = false;
    std::uint16_t tone_sequence_ = 0;
    std::uint32_t tone_timestamp_ = 0;
    std::uint32_t source_ssrc_ = 0;  // of the last packet that came
    std::uint64_t heard_packets_ = 0;
    std::uint32_t silent_ticks_ = 0;
    bool watching_ = false, timed_out_ = false;
    leg_counters counters_;
    event_ring events_;
};

}  // namespace strowger::rtp
