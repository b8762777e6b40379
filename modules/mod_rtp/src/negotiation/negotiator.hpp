// Offer and answer (RFC 3264) for one leg: a pure class that reads and writes SDP text. It knows no
// socket and no thread; the session acts on what it says.
#pragma once

#include "negotiation/codec.hpp"
#include "negotiation/policy.hpp"
#include "sdp/sdp.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strowger::rtp {

// What a leg's own descriptions say of it.
struct local_side {
    std::string address;  // an IP address, as the far end shall see it
    bool ipv6 = false;
    std::uint16_t rtp_port = 0;  // RTCP is on the next one
    // Where all our legs are: media that a far end wants there would go round for ever. Empty when
    // the far end is on this machine itself.
    std::vector<std::string> own_addresses = {};
    std::uint16_t first_port = 0, last_port = 0;
    std::uint64_t session_id = 1;
    std::vector<std::string> preferences;  // codec names; empty: whatever is offered
    bool offer_mux = false;                // a=rtcp-mux in offers (it is always accepted)
};

// What the other leg of a call carries, for the codecs of this one.
struct carried {
    codecs list;
    std::string ptime;
};

// A stream both sides agreed on.
struct agreed_stream {
    std::string address;  // the far end's
    std::uint16_t rtp_port = 0, rtcp_port = 0;
    bool mux = false;
    codecs receive;  // with the payload numbers that come in
    codecs send;     // with those that go out; the first audio one is the codec in use
    stream_direction way = stream_direction::sendrecv;    // our side's
    stream_direction asked = stream_direction::sendrecv;  // what the far end asked for
    std::string protocol;
    bool secure = false;
    std::string ptime;
    std::string branch;  // whose answer it is; empty when we answered

    const codec* audio() const noexcept;
    bool sends() const noexcept;
    bool receives() const noexcept;
};

stream_direction reversed(stream_direction way) noexcept;
stream_direction common(stream_direction a, stream_direction b) noexcept;
std::string_view to_string(stream_direction way) noexcept;

class negotiator {
public:
    // `keying` may be null: no protection is available (`why_no_keying` says why).
    negotiator(local_side local, secure_policy policy, std::unique_ptr<stream_keying> keying,
               std::string why_no_keying);

    // The offer pending, or the next one. `near`: codecs of the leg this one will be joined with.
    result<std::string> offer(const carried* near);
    // errc::bad_syntax, errc::limit_reached: the text is no SDP we take. errc::incompatible: no
    // common codec, or the policy is not met. After an error what was before is in force.
    result<void> remote_offer(std::string_view sdp);
    // The answer to the offer set last; the same text when asked again. `far`: what the other leg
    // uses; its first codec that was offered here is taken.
    result<std::string> answer(const carried* far);
    result<void> remote_answer(std::string_view sdp, std::string_view branch, bool final);
    void rollback();
    void drop(std::string_view branch);

    void set_direction(stream_direction way) noexcept { wanted_ = way; }
    stream_direction remote_direction() const noexcept;
    // What is in force; at first also by a provisional answer. nullptr before there is any.
    const agreed_stream* stream() const noexcept;
    // The transforms when the keys in force changed.
    result<std::optional<stream_protection>> take_protection();
    // What this leg can carry, for the other one: the codecs agreed, or those of the far end's
    // offer.
    carried carries() const;
    bool answered() const noexcept { return stable_.has_value(); }

private:
    // One m= line of ours. The number and order of lines never shrinks (RFC 3264, 8).
    struct slot {
        std::string kind = "audio";
        std::string protocol;
        std::vector<std::string> formats;  // to refuse with
        bool used = false;
    };
    struct remote_offer_state {
        std::vector<slot> slots;
        std::size_t used = 0;
        agreed_stream stream;
        codecs offered;  // all that the far end offered and that we may take
        std::vector<sdp_attribute> crypto;
    };
    struct local_offer_state {
        std::vector<slot> slots;
        codecs offered;
        std::string text;
        stream_direction way = stream_direction::sendrecv;
        std::map<std::string, agreed_stream, std::less<>> answers;  // by branch
        std::string active;
        bool any = false;
    };

    result<agreed_stream> read_stream(const sdp_description& sdp, const sdp_media_line& line) const;
    result<void> choose(const sdp_description& sdp, remote_offer_state& into);
    std::string write(const std::string& body);
    sdp_media_line refused(const slot& line) const;
    sdp_media_line audio_line(const slot& line, const codecs& list, const std::string& ptime,
                              stream_direction way, bool mux,
                              const std::vector<sdp_attribute>& crypto) const;
    codecs first_offer_codecs(const carried* near) const;

    local_side local_;
    secure_policy policy_;
    std::unique_ptr<stream_keying> keying_;
    std::string why_no_keying_;
    stream_direction wanted_ = stream_direction::sendrecv;

    std::optional<agreed_stream> stable_;  // of the last complete exchange
    std::vector<slot> slots_;              // of the last complete exchange
    stream_direction stable_wanted_ = stream_direction::sendrecv;
    std::optional<remote_offer_state> theirs_;  // offered to us, not answered yet
    std::optional<local_offer_state> ours_;     // offered by us, not finally answered yet
    std::string answer_text_;                   // the last answer, for those who ask again
    std::string last_body_;
    std::uint64_t version_ = 0;
};

}  // namespace strowger::rtp
