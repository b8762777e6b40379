// Media as the core sees it: sessions that speak SDP, and protection that keeps packets private.
// "media_engine/1" (mod_rtp) and "media_protection/1" (mod_srtp) in the registry.
#pragma once

#include <strowger/error.hpp>
#include <strowger/lease.hpp>
#include <strowger/variables.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

enum class direction { inbound, outbound };

// How sure we are who is at the far end of a leg's signalling.
enum class authentication { none, digest, certificate };

// What an endpoint knows of a leg's signalling; the media side decides with it, `show calls` shows
// it.
struct leg_facts {
    direction way = direction::inbound;
    std::string transport;  // "udp", "tcp", "tls"
    bool signalling_encrypted = false;
    authentication peer = authentication::none;
    std::string peer_name;       // the digest user or the certificate's name
    std::string peer_problem;    // in words, why the far end is not authenticated, where known
    std::string profile;         // "internal"
    std::string remote_address;  // "192.0.2.1:5060": where the signalling comes from
    // From the profile: where media listens, and what the SDP says instead of it (ext-rtp-ip).
    std::string media_ip;
    std::string advertised_media_ip;
    std::string codec_preferences;               // "PCMU,PCMA", or empty: whatever is offered
    std::chrono::milliseconds media_timeout{0};  // 0: none
    std::chrono::milliseconds media_hold_timeout{0};
};

enum class sdp_kind { offer, provisional_answer, final_answer };

// The direction of a stream, as our side sees it (RFC 3264, 5.1).
enum class stream_direction { sendrecv, sendonly, recvonly, inactive };

// The truth about a leg's media, for `show calls`.
struct media_status {
    bool negotiated = false;
    bool encrypted = false;  // every stream in use is protected, both ways
    std::string protocol;    // as the media line of the SDP names it
    std::string keying;      // "SDES", "DTLS", or empty
    std::string suite;       // "AES_CM_128_HMAC_SHA1_80", or empty
    std::string codec;       // "PCMA/8000"
    std::string local;       // "127.0.0.1:16384"
    std::string remote;
    stream_direction way = stream_direction::sendrecv;
    std::uint64_t packets_in = 0, packets_out = 0, bytes_in = 0, bytes_out = 0;
    std::uint64_t strangers = 0;    // packets from an address that is not the peer's
    std::uint64_t unauthentic = 0;  // packets that failed authentication, or were replayed
    std::uint64_t not_rtp = 0;      // ZRTP and other packets that are dropped
    std::size_t taps = 0;           // who listens in this process
};

// What happens to a session. Called on the control loop, never from within a call to the session.
class media_events {
public:
    // A digit of RFC 4733, once per digit. `duration` as sent.
    virtual void on_digit(char digit, std::chrono::milliseconds duration) = 0;
    // No packet came for the leg's media timeout.
    virtual void on_media_timeout() = 0;

protected:
    ~media_events() = default;
};

// Hears one session's packets in the clear, both ways. On the media thread: packet() allocates,
// locks, throws, logs and awaits nothing. Destroyed on the control loop, after the last packet.
class media_tap {
public:
    virtual ~media_tap();
    // The payload of one RTP packet; inbound is what the far end said. Static payload types are
    // those of RFC 3551: 0 is PCMU, 8 is PCMA. RFC 4733 events are not shown: digits are secrets.
    virtual void packet(direction way, std::uint8_t payload_type,
                        std::span<const std::uint8_t> payload) noexcept = 0;
};

// The media of one leg: works like a browser's peer connection. Control loop only; the packets are
// handled on a media thread that the session hides. Destroying it frees its ports.
class media_session {
public:
    virtual ~media_session();
    // An SDP offer, or (when one was made and answered before) the next one.
    virtual result<std::string> create_offer() = 0;
    // The far end's SDP. `branch` tells answers of a forked offer apart (the To tag); empty for
    // offers. errc::incompatible: no common codec, or a security policy not met (text says which).
    virtual result<void> set_remote(std::string_view sdp, std::string_view branch,
                                    sdp_kind kind) = 0;
    // The answer to the offer set last. The same text again when asked again (183, then 200).
    virtual result<std::string> create_answer() = 0;
    // A refused re-offer: what was before is in force again.
    virtual void rollback() = 0;
    // That branch of a forked offer is over: its remote description and keys go.
    virtual void drop(std::string_view branch) = 0;
    // Our side's direction in the next offer (hold is passed on with it).
    virtual void set_direction(stream_direction way) = 0;
    // The direction the far end asked for last, as our side sees it.
    virtual stream_direction remote_direction() const = 0;
    // The call is answered: from now on packets are expected (leg_facts::media_timeout).
    virtual void established() = 0;
    // Packets of each go to the other, until leave() or either ends. Both of the same engine;
    // errc::incompatible when they have no common codec.
    virtual result<void> join(media_session& peer) = 0;
    virtual void leave() = 0;
    // Packets go back where they came from.
    virtual void echo(bool on) = 0;
    // Plays tones on a G.711 leg: FreeSWITCH's tone_stream text ("%(2000,4000,440,480);loops=-1").
    // errc::unsupported for other codecs, errc::bad_syntax for the text. Duration is 0 for endless.
    virtual result<std::chrono::milliseconds> play_tones(std::string_view tones) = 0;
    virtual void stop_playing() = 0;  // nothing happens when nothing plays
    // `listener` hears the packets from now on, until untap() or the session's end. Several may.
    // What it is made of goes with it: whoever reads what it found shares that with it.
    // errc::limit_reached: this session has as many as it can.
    virtual result<void> tap(owned<media_tap> listener) = 0;
    virtual void untap(const media_tap& listener) = 0;
    virtual media_status status() const = 0;
    // Whom to tell, borrowed until the next observe(); nullptr: nobody.
    virtual void observe(media_events* events) = 0;
};

class media_engine {
public:
    virtual ~media_engine();
    // `vars` are the channel's (rtp_secure_media and friends); borrowed for the call. `near`, when
    // given, is the session that this one will be joined with: same media thread, and codecs that
    // both can carry are offered. errc::limit_reached: no port is free.
    virtual result<std::unique_ptr<media_session>> create(const leg_facts& facts,
                                                          const variables& vars,
                                                          media_session* near) = 0;
};

// ---- protection: what mod_srtp gives to mod_rtp ----

// One direction of one stream's packets. Media thread only; allocates nothing.
class packet_transform {
public:
    virtual ~packet_transform();
    // Both work in place and give the new length, or 0: drop it (counted by the caller).
    // `packet` has at least `overhead` bytes of room behind `size` when protecting.
    static constexpr std::size_t overhead = 32;
    virtual std::size_t rtp(std::uint8_t* packet, std::size_t size) noexcept = 0;
    virtual std::size_t rtcp(std::uint8_t* packet, std::size_t size) noexcept = 0;
};

struct stream_protection {
    std::string keying;  // "SDES"
    std::string suite;
    std::unique_ptr<packet_transform> outgoing;  // protect
    std::unique_ptr<packet_transform> incoming;  // unprotect
};

// An attribute line of SDP without "a=": {"crypto", "1 AES_CM_… inline:…"}.
struct sdp_attribute {
    std::string name;
    std::string value;
};

// The keying of one stream: offers, accepts, and makes transforms when both sides' keys are known.
class stream_keying {
public:
    virtual ~stream_keying();
    // Our attributes for an offer. The same keys again until something changes.
    virtual result<std::vector<sdp_attribute>> offer() = 0;
    // Attributes of their offer → ours for the answer. errc::incompatible: none usable (text says
    // why).
    virtual result<std::vector<sdp_attribute>> answer(std::span<const sdp_attribute> theirs) = 0;
    // Attributes of their answer to offer(), per branch.
    virtual result<void> accept(std::span<const sdp_attribute> theirs, std::string_view branch) = 0;
    // Transforms for what was agreed; none while nothing is, or when the keys are those already in
    // use (`changed` false): then the running transforms go on, with their rollover counters.
    virtual result<std::optional<stream_protection>> take(std::string_view branch) = 0;
    virtual void rollback() = 0;
};

enum class secure_mode { forbidden, optional, mandatory };

class media_protection {
public:
    virtual ~media_protection();
    // `suites`: names in order of preference, in either spelling; empty: the default order.
    // errc::invalid_argument names the unknown one and lists the right ones.
    virtual result<std::unique_ptr<stream_keying>> create(std::span<const std::string> suites) = 0;
    virtual std::vector<std::string> suites() const = 0;
};

}  // namespace strowger
