#include "negotiation/negotiator.hpp"

#include "negotiation/words.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::rtp {
namespace {

// One audio codec, so that the far end never changes it in mid-stream, and its digits.
codecs narrowed(const codecs& from, const codec& audio) {
    codecs list{audio};
    for (bool same_rate : {true, false}) {
        for (const auto& each : from)
            if (each.is_digits() && (!same_rate || each.rate == audio.rate)) {
                list.push_back(each);
                if (list.back().format.empty()) list.back().format = "0-15";
                return list;
            }
    }
    return list;
}

}  // namespace

negotiator::negotiator(local_side local, secure_policy policy,
                       std::unique_ptr<stream_keying> keying, std::string why_no_keying)
    : local_(std::move(local)),
      policy_(std::move(policy)),
      keying_(std::move(keying)),
      why_no_keying_(std::move(why_no_keying)) {}

codecs negotiator::first_offer_codecs(const carried* near) const {
    codecs list;
    if (!near)
        list = default_codecs(local_.preferences);
    else
        for (const auto& each : near->list)
            if (!each.is_comfort() && preferred(each, local_.preferences)) list.push_back(each);
    if (std::any_of(list.begin(), list.end(), [](const auto& each) { return each.is_digits(); }))
        return list;
    // Digits are received from this leg even where the other one cannot take them as events.
    auto free = [&](std::uint8_t number) {
        return std::none_of(list.begin(), list.end(),
                            [&](const auto& each) { return each.payload == number; });
    };
    std::uint8_t number = 101;
    while (number < 127 && !free(number)) ++number;
    if (free(number)) list.push_back({number, "telephone-event", 8000, 1, "0-15"});
    return list;
}

result<std::string> negotiator::offer(const carried* near) {
    if (theirs_) return fail(errc::busy, "the far end's offer is not answered yet");
    if (ours_ && ours_->way == wanted_) return ours_->text;
    if (policy_.mode == secure_mode::mandatory && !keying_)
        return fail(errc::incompatible,
                    cat("rtp_secure_media is mandatory on this leg, but ", why_no_keying_));
    local_offer_state made;
    made.way = wanted_;
    std::string ptime;
    bool mux = local_.offer_mux;
    if (stable_) {
        // The next offer changes the direction, nothing else.
        made.slots = slots_;
        made.offered = stable_->receive;
        ptime = stable_->ptime;
        mux = stable_->mux;
    } else {
        made.offered = first_offer_codecs(near);
        if (!has_audio(made.offered))
            return fail(errc::incompatible, cat("no common codec: the other leg has ",
                                                near ? names_of(near->list) : std::string("none"),
                                                ", this one allows only its codec preferences"));
        if (near) ptime = near->ptime;
        // An offer without a word from anybody stays plain: carriers refuse two m= lines.
        bool secure = keying_ && policy_.mode != secure_mode::forbidden &&
                      (policy_.given || policy_.mode == secure_mode::mandatory);
        if (secure) made.slots.push_back({"audio", "RTP/SAVP", {}, true});
        if (policy_.mode != secure_mode::mandatory)
            made.slots.push_back({"audio", "RTP/AVP", {}, true});
    }
    std::vector<sdp_attribute> crypto;
    auto protects = [&](const slot& each) {
        return each.used && (is_secure(each.protocol) || (stable_ && stable_->secure));
    };
    if (std::any_of(made.slots.begin(), made.slots.end(), protects)) {
        auto lines = keying_->offer();
        if (!lines) return lines.error();
        crypto = std::move(*lines);
    }
    std::string body;
    for (const auto& each : made.slots)
        print_media(each.used ? audio_line(each, made.offered, ptime, wanted_, mux,
                                           protects(each) ? crypto : std::vector<sdp_attribute>{})
                              : refused(each),
                    body);
    made.text = write(body);
    ours_ = std::move(made);
    answer_text_.clear();
    return ours_->text;
}

result<std::string> negotiator::answer(const carried* far) {
    if (!theirs_) {
        if (!answer_text_.empty()) return answer_text_;
        return fail(errc::not_found, "there is no offer to answer");
    }
    auto& stream = theirs_->stream;
    const codec* chosen = nullptr;
    const codec* far_codec = nullptr;
    if (far && has_audio(far->list)) {
        for (const auto& each : far->list)
            if (each.is_audio() && !chosen) {
                chosen = find_same(theirs_->offered, each);
                far_codec = &each;
            }
        if (!chosen)
            return fail(errc::incompatible,
                        cat("no common codec: the other leg has ", names_of(far->list),
                            ", offered are ", names_of(theirs_->offered)));
    }
    if (!chosen && stable_ && stable_->audio())
        chosen = find_same(theirs_->offered, *stable_->audio());
    for (const auto& each : theirs_->offered)
        if (!chosen && each.is_audio()) chosen = &each;
    auto list = narrowed(theirs_->offered, *chosen);
    stream.send = list;  // RFC 3264, 5.1: an answer's numbers are the offer's, both ways
    if (far_codec) list.front().format = far_codec->format;
    if (far && !far->ptime.empty()) stream.ptime = far->ptime;
    stream.receive = list;
    stream.way = common(stream.asked, wanted_);
    std::string body;
    for (const auto& each : theirs_->slots)
        print_media(each.used ? audio_line(each, list, stream.ptime, stream.way, stream.mux,
                                           theirs_->crypto)
                              : refused(each),
                    body);
    slots_ = std::move(theirs_->slots);
    stable_ = std::move(stream);
    stable_wanted_ = wanted_;
    theirs_.reset();
    answer_text_ = write(body);
    return answer_text_;
}

void negotiator::rollback() {
    theirs_.reset();
    ours_.reset();
    wanted_ = stable_wanted_;
    if (keying_) keying_->rollback();
}

void negotiator::drop(std::string_view branch) {
    if (!ours_) return;
    auto found = ours_->answers.find(branch);
    if (found == ours_->answers.end()) return;
    ours_->answers.erase(found);
    if (ours_->active != branch) return;
    ours_->any = !ours_->answers.empty();
    ours_->active = ours_->any ? ours_->answers.begin()->first : std::string();
}

const agreed_stream* negotiator::stream() const noexcept {
    // An established stream changes with the final answer only: the change may still be refused.
    if (stable_) return &*stable_;
    if (ours_ && ours_->any) return &ours_->answers.find(ours_->active)->second;
    return nullptr;
}

stream_direction negotiator::remote_direction() const noexcept {
    if (theirs_) return theirs_->stream.asked;
    const auto* now = stream();
    return now ? now->asked : stream_direction::sendrecv;
}

result<std::optional<stream_protection>> negotiator::take_protection() {
    const auto* now = stream();
    if (!now || !now->secure || !keying_) return std::optional<stream_protection>{};
    return keying_->take(now->branch);
}

carried negotiator::carries() const {
    if (theirs_) return {theirs_->offered, theirs_->stream.ptime};
    if (const auto* now = stream()) return {now->send, now->ptime};
    return {};
}

// ---- writing ----

std::string negotiator::write(const std::string& body) {
    // RFC 3264, 8: the version goes up by one when anything changed.
    if (body != last_body_) {
        ++version_;
        last_body_ = body;
    }
    auto where = print_connection({local_.ipv6, local_.address});
    return cat("v=0\r\no=strowger ", local_.session_id, ' ', version_, ' ', where,
               "\r\ns=-\r\nc=", where, "\r\nt=0 0\r\n", body);
}

sdp_media_line negotiator::refused(const slot& line) const {
    sdp_media_line out;
    out.kind = line.kind;
    out.protocol = line.protocol;
    out.formats = line.formats;
    if (out.formats.empty()) out.formats.emplace_back("0");
    return out;
}

sdp_media_line negotiator::audio_line(const slot& line, const codecs& list,
                                      const std::string& ptime, stream_direction way, bool mux,
                                      const std::vector<sdp_attribute>& crypto) const {
    sdp_media_line out;
    out.kind = line.kind;
    out.port = local_.rtp_port;
    out.protocol = line.protocol;
    write_codecs(list, out);
    if (!ptime.empty()) out.attributes.push_back({"ptime", ptime});
    for (const auto& each : crypto) out.attributes.push_back(each);
    if (mux) out.attributes.push_back({"rtcp-mux", ""});
    out.attributes.push_back({std::string(to_string(way)), ""});
    return out;
}

}  // namespace strowger::rtp
