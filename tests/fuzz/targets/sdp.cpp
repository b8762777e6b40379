// Session descriptions: read, printed, and a leg's whole talk of offers and answers. The first byte
// chooses the leg's policy; descriptions follow, each begun by a line "=o" (an offer of theirs),
// "=p" (a provisional answer to ours) or "=f" (a final one).
#include "../target.hpp"

#include "negotiation/negotiator.hpp"
#include "sdp/sdp.hpp"

#include "keying.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <memory>
#include <string>

namespace strowger::rtp {
namespace {

srtp::suite_choice every_suite() {
    srtp::suite_choice all;
    for (const auto& each : srtp::all_suites()) {
        all.offered.push_back(&each);
        all.accepted.push_back(&each);
    }
    return all;
}

negotiator make_leg(unsigned char choice) {
    static auto kernel = *srtp::library::start();
    local_side local;
    local.ipv6 = choice & 1;
    local.address = local.ipv6 ? "2001:db8::1" : "198.51.100.1";
    local.rtp_port = 20000;
    local.offer_mux = choice & 2;
    secure_policy policy;
    policy.mode = static_cast<secure_mode>(((choice >> 2) & 3) % 3);
    policy.given = choice & 0x80;
    auto keys = std::make_unique<srtp::sdes_keying>(kernel, every_suite());
    return negotiator(local, policy, std::move(keys), {});
}

// What we write, we can read.
sdp_description reread(const std::string& ours) {
    auto read = parse_sdp(ours);
    STROWGER_PROMISE(read);
    return std::move(*read);
}

// RFC 3264, 6: an answer has the lines of its offer, of the same kind and protocol.
void check_answer(const std::string& offer, const std::string& answer) {
    auto asked = reread(offer), said = reread(answer);
    STROWGER_PROMISE(asked.media.size() == said.media.size());
    std::size_t used = 0;
    for (std::size_t i = 0; i < said.media.size(); ++i) {
        STROWGER_PROMISE(asked.media[i].kind == said.media[i].kind);
        STROWGER_PROMISE(asked.media[i].protocol == said.media[i].protocol);
        STROWGER_PROMISE(asked.media[i].port != 0 || said.media[i].port == 0);
        if (said.media[i].port != 0) ++used;
        bool has_key = said.media[i].find("crypto");
        bool secure = said.media[i].protocol.starts_with("RTP/SAVP");
        STROWGER_PROMISE(said.media[i].port == 0 || !secure || has_key);
    }
    STROWGER_PROMISE(used == 1);
}

void check_stream(negotiator& leg) {
    (void)leg.carries();
    (void)leg.remote_direction();
    if (const auto* now = leg.stream()) {
        STROWGER_PROMISE(now->audio());
        (void)now->sends();
        (void)now->receives();
    }
    if (auto keys = leg.take_protection(); keys && *keys)
        STROWGER_PROMISE((*keys)->outgoing && (*keys)->incoming);
}

void their_offer(negotiator& leg, const std::string& text) {
    if (!leg.remote_offer(text)) return;
    auto answer = leg.answer(nullptr);
    STROWGER_PROMISE(answer);
    check_answer(text, *answer);
    STROWGER_PROMISE(leg.answer(nullptr).value() == *answer);
    check_stream(leg);
}

void their_answer(negotiator& leg, const std::string& text, bool final) {
    auto offer = leg.offer(nullptr);
    if (!offer) return;
    (void)reread(*offer);
    auto taken = leg.remote_answer(text, final ? "final" : "early", final);
    check_stream(leg);
    if (taken || !final) return;
    leg.rollback();
    check_stream(leg);
}

// Whatever it went through, a leg can talk with another one of ours.
void meet(negotiator& leg) {
    leg.rollback();
    auto offer = leg.offer(nullptr);
    if (!offer) return;
    constexpr unsigned char optional = 1 << 2, by_variable = 0x80, ipv6 = 1;
    bool six = offer->find("IP6") != std::string::npos;
    auto other = make_leg(static_cast<unsigned char>(optional | by_variable | (six ? ipv6 : 0)));
    if (!other.remote_offer(*offer)) return;
    auto answer = other.answer(nullptr);
    STROWGER_PROMISE(answer);
    STROWGER_PROMISE(leg.remote_answer(*answer, "meet", true));
    check_stream(leg);
    check_stream(other);
}

// Printing is stable.
void check_printing(std::string_view text) {
    auto read = parse_sdp(text);
    if (!read) {
        STROWGER_PROMISE(!read.error().text.empty());
        return;
    }
    STROWGER_PROMISE(read->media.size() <= most_media_lines);
    std::string first = "v=0\r\n", second = first;
    for (const auto& each : read->media) {
        print_media(each, first);
        (void)read_codecs(each);
    }
    for (const auto& each : reread(first).media) print_media(each, second);
    STROWGER_PROMISE(first == second);
}

}  // namespace

STROWGER_FUZZ_TARGET(sdp) {
    if (bytes.size() < 2) return;
    auto leg = make_leg(static_cast<unsigned char>(bytes[0]));
    bytes.remove_prefix(1);
    for (int count = 0; !bytes.empty() && count < 8; ++count) {
        auto end = std::min(bytes.find("\n=", 1), bytes.size());
        auto one = bytes.substr(0, end);
        bytes.remove_prefix(end == bytes.size() ? end : end + 1);
        auto line = one.find('\n');
        if (line == one.npos) continue;
        std::string text(one.substr(line + 1));
        check_printing(text);
        if (one.starts_with("=p"))
            their_answer(leg, text, false);
        else if (one.starts_with("=f"))
            their_answer(leg, text, true);
        else
            their_offer(leg, text);
    }
    meet(leg);
}

}  // namespace strowger::rtp
