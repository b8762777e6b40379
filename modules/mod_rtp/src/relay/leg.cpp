#include "relay/leg.hpp"

#include "relay/packet.hpp"
#include "relay/rtcp.hpp"

#include <sys/socket.h>
#include <time.h>

#include <utility>

namespace strowger::rtp {
namespace {

std::uint64_t monotonic_ns() noexcept {
    timespec now;
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
}

}  // namespace

leg::leg(int rtp_fd, int rtcp_fd, std::shared_ptr<const wake_up> bell, rewriter start) noexcept
    : rtp_fd_(rtp_fd), rtcp_fd_(rtcp_fd), bell_(std::move(bell)), out_(start) {}

// ---- settings ----

void leg::configure(const leg_settings& settings) noexcept {
    settings_ = settings;
    rtp_latch_.expect(settings.rtp, settings.signalling);
    rtcp_latch_.expect(settings.rtcp, settings.signalling);
    silent_ticks_ = 0;
    timed_out_ = false;
}

void leg::protect(protected_stream& with) noexcept { std::swap(protection_, with); }

void leg::link(leg* mate, const payload_map& to_mate) noexcept {
    mate_ = mate;
    to_mate_ = to_mate;
}

void leg::echo(bool on, const payload_map& to_self) noexcept {
    echo_ = on;
    to_self_ = to_self;
}

void leg::play(std::unique_ptr<player>& tones) noexcept {
    player_.swap(tones);
    playing_ = player_ != nullptr;
}

void leg::watch_silence(bool on) noexcept {
    if (on && !watching_) silent_ticks_ = 0;
    watching_ = on;
}

// ---- packets that come ----

void leg::readable(int fd) noexcept {
    alignas(8) std::uint8_t packet[largest_packet + packet_transform::overhead];
    socket_address from;
    socklen_t size = sizeof from.v6;
    // One packet at a time: at 50 a second there is only one, and another readiness follows.
    auto got = ::recvfrom(fd, packet, largest_packet, MSG_DONTWAIT | MSG_TRUNC, &from.any, &size);
    if (got < 0) return;  // nothing there, or an ICMP error of an earlier packet
    from.size = size;
    auto length = static_cast<std::size_t>(got);
    auto kind = length > largest_packet ? packet_kind::other : classify(packet, length);
    if (kind == packet_kind::stun) return;
    if (kind == packet_kind::rtp && fd == rtp_fd_) return rtp_came(packet, length, from);
    if (kind == packet_kind::rtcp && (fd == rtcp_fd_ || settings_.mux))
        return rtcp_came(packet, length, from, fd == rtp_fd_);
    count(counters_.not_rtp);
}

void leg::rtp_came(std::uint8_t* packet, std::size_t size, const socket_address& from) noexcept {
    auto arrived = size;
    if (settings_.secure) {
        bool stranger = !rtp_latch_.is_current(from);
        size = protection_.incoming ? protection_.incoming->rtp(packet, size) : 0;
        if (size < 12) {
            count(counters_.unauthentic);
            if (stranger) count(counters_.strangers);
            return;
        }
        if (stranger) rtp_latch_.authenticated(from);
    } else if (!rtp_latch_.admits(from)) {
        count(counters_.strangers);
        return;
    }
    count(counters_.packets_in);
    count(counters_.bytes_in, arrived);
    source_ssrc_ = read_32(packet + 8);
    if (!settings_.receives) return;
    if (!taps_.empty()) [[unlikely]]
        taps_.show(direction::inbound, packet, size, settings_.shown);
    auto payload = static_cast<std::uint8_t>(packet[1] & 0x7f);
    take_digit(packet, size, payload);
    leg* to = echo_ ? this : mate_;
    if (!to) return;
    auto mapped = (echo_ ? to_self_ : to_mate_)[payload];
    if (mapped == dropped_payload) return;
    packet[1] = static_cast<std::uint8_t>((packet[1] & 0x80) | mapped);
    if (to->playing_) return;  // tones are heard instead
    to->send(packet, size, this, monotonic_ns());
}

void leg::take_digit(const std::uint8_t* packet, std::size_t size, std::uint8_t payload) noexcept {
    for (const auto& each : settings_.events) {
        if (each.payload != payload) continue;
        auto place = find_payload(packet, size);
        if (auto digit =
                digits_.packet(packet + place.offset, place.size, read_32(packet + 4), each.rate))
            tell({media_event::kind::digit, digit->digit, digit->milliseconds});
        return;
    }
}

void leg::rtcp_came(std::uint8_t* packet, std::size_t size, const socket_address& from,
                    bool on_rtp_port) noexcept {
    auto& latch = on_rtp_port ? rtp_latch_ : rtcp_latch_;
    if (settings_.secure) {
        size = protection_.incoming ? protection_.incoming->rtcp(packet, size) : 0;
        if (size < 8) {
            count(counters_.unauthentic);
            return;
        }
        if (!on_rtp_port) latch.authenticated(from);
    } else if (!latch.admits(from)) {
        count(counters_.strangers);
        return;
    }
    if (mate_ && !echo_) mate_->send_rtcp(packet, size, out_.sequence_shift());
}

// ---- packets that go ----

void leg::send(std::uint8_t* packet, std::size_t size, const void* source,
               std::uint64_t now_ns) noexcept {
    const auto& target = rtp_latch_.target();
    if (!settings_.sends || target.empty()) return;
    out_.rewrite(packet, source, settings_.clock_rate, now_ns);
    if (settings_.secure && !protection_.outgoing) return;
    if (!taps_.empty()) [[unlikely]]
        taps_.show(direction::outbound, packet, size, settings_.shown);
    if (settings_.secure) {
        size = protection_.outgoing->rtp(packet, size);
        if (size == 0) return;
    }
    // A full socket buffer loses the packet, as the network would.
    if (::sendto(rtp_fd_, packet, size, MSG_DONTWAIT | MSG_NOSIGNAL, &target.any, target.size) < 0)
        return;
    count(counters_.packets_out);
    count(counters_.bytes_out, size);
}

void leg::send_rtcp(std::uint8_t* packet, std::size_t size, std::uint16_t shift) noexcept {
    auto& latch = settings_.mux ? rtp_latch_ : rtcp_latch_;
    const auto& target = latch.target();
    // Whatever the stream's direction (RFC 3264, 5.1): a held leg's NAT stays open by it.
    if (target.empty()) return;
    size = rewrite_rtcp(packet, size, {out_.ssrc(), source_ssrc_, out_.timestamp_shift(), shift});
    if (size == 0) return;
    if (settings_.secure) {
        size = protection_.outgoing ? protection_.outgoing->rtcp(packet, size) : 0;
        if (size == 0) return;
    }
    [[maybe_unused]] auto sent = ::sendto(settings_.mux ? rtp_fd_ : rtcp_fd_, packet, size,
                                          MSG_DONTWAIT | MSG_NOSIGNAL, &target.any, target.size);
}

// ---- every 20 ms ----

void leg::tick(std::uint64_t now_ns) noexcept {
    if (playing_) play_next(now_ns);
    if (auto digit = digits_.tick())
        tell({media_event::kind::digit, digit->digit, digit->milliseconds});
    auto heard = counters_.packets_in.load(std::memory_order_relaxed);
    if (heard != heard_packets_) {
        heard_packets_ = heard;
        silent_ticks_ = 0;
        watching_ = true;  // it was there once: from now on it may be missed
        timed_out_ = false;
        return;
    }
    auto limit = settings_.receives ? settings_.timeout_ticks : settings_.hold_timeout_ticks;
    if (limit == 0 || !watching_ || timed_out_ || ++silent_ticks_ < limit) return;
    timed_out_ = true;
    tell({media_event::kind::timeout, 0, 0});
}

void leg::play_next(std::uint64_t now_ns) noexcept {
    std::array<std::int16_t, 160> samples;
    if (settings_.tone_payload == dropped_payload) return;
    if (!player_->next(samples)) {
        playing_ = false;  // over; the player is freed by the control loop
        return;
    }
    alignas(8) std::uint8_t packet[12 + 160 + packet_transform::overhead];
    packet[0] = 0x80;
    packet[1] = settings_.tone_payload;
    write_16(packet + 2, ++tone_sequence_);
    write_32(packet + 4, tone_timestamp_ += 160);
    write_32(packet + 8, 0);
    for (std::size_t i = 0; i < samples.size(); ++i)
        packet[12 + i] = settings_.tone_alaw ? encode_alaw(samples[i]) : encode_ulaw(samples[i]);
    send(packet, 172, player_.get(), now_ns);
}

void leg::tell(media_event event) noexcept {
    if (events_.push(event)) bell_->ring();
}

}  // namespace strowger::rtp
