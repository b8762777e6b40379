// The far end's descriptions: reading them, and choosing what we agree to.
#include "negotiation/negotiator.hpp"
#include "negotiation/words.hpp"
#include "ports/address.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::rtp {
namespace {

std::vector<sdp_attribute> crypto_of(const sdp_media_line& line) {
    std::vector<sdp_attribute> lines;
    for (const auto& each : line.attributes)
        if (each.name == "crypto") lines.push_back(each);
    return lines;
}

std::optional<stream_direction> direction_in(const std::vector<sdp_attribute>& attributes) {
    for (const auto& each : attributes)
        for (auto way : {stream_direction::sendrecv, stream_direction::sendonly,
                         stream_direction::recvonly, stream_direction::inactive})
            if (each.name == to_string(way)) return way;
    return {};
}

}  // namespace

result<agreed_stream> negotiator::read_stream(const sdp_description& sdp,
                                              const sdp_media_line& line) const {
    const auto& connection = line.connection ? line.connection : sdp.connection;
    if (!connection) return fail(errc::bad_syntax, "the SDP has no c= line for its audio");
    auto address = ip_address::parse(connection->address);
    if (!address)
        return fail(errc::incompatible,
                    cat("the media address \"", connection->address, "\" is not an IP address"));
    if (address->ipv6() != local_.ipv6)
        return fail(errc::incompatible, cat("the far end's media is IPv", address->ipv6() ? 6 : 4,
                                            ", this leg's is IPv", local_.ipv6 ? 6 : 4));
    if (address->multicast())
        return fail(errc::incompatible, "media to a multicast address is not sent");
    for (const auto& own : local_.own_addresses)
        if (own == address->text() && line.port >= local_.first_port &&
            line.port <= local_.last_port)
            return fail(errc::incompatible, cat("the media address ", own, ":", line.port,
                                                " is one of this PBX's own"));
    agreed_stream stream;
    stream.address = connection->address;
    stream.rtp_port = line.port;
    stream.mux = line.find("rtcp-mux") != nullptr;
    stream.rtcp_port = stream.mux ? line.port : static_cast<std::uint16_t>(line.port + 1);
    if (const auto* rtcp = line.find("rtcp"); rtcp && !stream.mux) {
        std::uint16_t port = 0;  // RFC 3605; another host than the media's is not followed
        if (parse_number(std::string_view(*rtcp).substr(0, rtcp->find(' ')), port) && port != 0)
            stream.rtcp_port = port;
    }
    auto way = direction_in(line.attributes);
    if (!way) way = direction_in(sdp.attributes);
    stream.asked = reversed(way.value_or(stream_direction::sendrecv));
    // RFC 3264, 8.4: the old hold is an address of zeros.
    if (address->unspecified()) stream.asked = common(stream.asked, stream_direction::recvonly);
    stream.protocol = line.protocol;
    if (const auto* ptime = line.find("ptime")) {
        unsigned milliseconds = 0;
        if (parse_number(trim(*ptime), milliseconds) && milliseconds >= 1 && milliseconds <= 200)
            stream.ptime = cat(milliseconds);
    }
    return stream;
}

result<void> negotiator::remote_offer(std::string_view sdp) {
    if (ours_) return fail(errc::busy, "an offer of ours is not answered yet");
    auto read = parse_sdp(sdp);
    if (!read) return read.error();
    remote_offer_state state;
    if (auto chosen = choose(*read, state); !chosen) return chosen.error();
    theirs_ = std::move(state);
    answer_text_.clear();
    return {};
}

result<void> negotiator::choose(const sdp_description& sdp, remote_offer_state& into) {
    for (const auto& line : sdp.media)
        into.slots.push_back({line.kind, line.protocol, line.formats, false});
    error why = fail(errc::incompatible, "the SDP offers no audio");
    // First what protects the stream, then what does not, as far as each is allowed.
    for (bool protect : {true, false}) {
        for (std::size_t i = 0; i < sdp.media.size(); ++i) {
            const auto& line = sdp.media[i];
            if (line.kind != "audio" || line.port == 0) continue;
            if (!is_secure(line.protocol) && !is_plain(line.protocol)) {
                why = fail(errc::incompatible, cat("the protocol ", line.protocol,
                                                   " is not done here; RTP/AVP and RTP/SAVP are"));
                continue;
            }
            auto crypto = crypto_of(line);
            bool can_protect = is_secure(line.protocol) || !crypto.empty();
            if (protect ? !can_protect : !is_plain(line.protocol)) continue;
            auto offered = read_codecs(line);
            offered.erase(std::remove_if(offered.begin(), offered.end(),
                                         [&](const auto& each) {
                                             return !preferred(each, local_.preferences);
                                         }),
                          offered.end());
            if (!has_audio(offered)) {
                why = fail(errc::incompatible,
                           cat("no common codec: offered are ", names_of(read_codecs(line))));
                continue;
            }
            auto stream = read_stream(sdp, line);
            if (!stream) {
                why = stream.error();
                continue;
            }
            if (protect) {
                if (policy_.mode == secure_mode::forbidden) {
                    why = fail(errc::incompatible, cat(line.protocol,
                                                       " is offered, but rtp_secure_media is "
                                                       "forbidden on this leg"));
                    continue;
                }
                if (!keying_) {
                    why = fail(errc::incompatible,
                               cat(line.protocol, " is offered, but ", why_no_keying_));
                    continue;
                }
                auto answered = keying_->answer(crypto);
                if (!answered) {
                    why =
                        fail(errc::incompatible, cat("no usable crypto: ", answered.error().text));
                    continue;
                }
                into.crypto = std::move(*answered);
                stream->secure = true;
            } else if (policy_.mode == secure_mode::mandatory) {
                why = fail(errc::incompatible,
                           cat("rtp_secure_media is mandatory on this leg and ", line.protocol,
                               can_protect ? ": " : " is offered without crypto",
                               can_protect ? why.text : std::string()));
                continue;
            }
            into.used = i;
            into.slots[i].used = true;
            into.stream = std::move(*stream);
            into.offered = std::move(offered);
            return {};
        }
    }
    return why;
}

result<void> negotiator::remote_answer(std::string_view sdp, std::string_view branch, bool final) {
    if (!ours_) {
        // A 200 that repeats what a final answer said before.
        if (stable_ && stable_->branch == branch) return {};
        return fail(errc::not_found, "no offer of ours waits for an answer");
    }
    auto read = parse_sdp(sdp);
    if (!read) return read.error();
    error why = fail(errc::incompatible, "the answer has no audio");
    for (std::size_t i = 0; i < ours_->slots.size() && i < read->media.size(); ++i) {
        const auto& line = read->media[i];
        const auto& asked = ours_->slots[i];
        if (!asked.used || line.kind != "audio" || line.port == 0) continue;
        if (line.protocol != asked.protocol) {
            why = fail(errc::incompatible,
                       cat("the answer says ", line.protocol, " to an offer of ", asked.protocol));
            continue;
        }
        auto listed = read_codecs(line);
        codecs send, receive;
        for (const auto& each : listed)
            if (const auto* same = find_same(ours_->offered, each)) {
                send.push_back(each);
                receive.push_back(*same);
            }
        if (!has_audio(send)) {
            why = fail(errc::incompatible,
                       cat("no common codec: offered were ", names_of(ours_->offered),
                           ", answered are ", names_of(listed)));
            continue;
        }
        auto stream = read_stream(*read, line);
        if (!stream) {
            why = stream.error();
            continue;
        }
        if (is_secure(asked.protocol) || (stable_ && stable_->secure)) {
            auto accepted = keying_->accept(crypto_of(line), branch);
            if (!accepted) {
                why = accepted.error();
                continue;
            }
            stream->secure = true;
        }
        stream->send = std::move(send);
        stream->receive = std::move(receive);
        stream->way = common(stream->asked, ours_->way);
        stream->branch = std::string(branch);
        constexpr std::size_t most_branches = 32;
        if (!final && ours_->answers.size() >= most_branches && !ours_->answers.count(branch))
            return fail(errc::limit_reached, "too many branches answered one offer");
        if (!final) {
            ours_->answers.insert_or_assign(std::string(branch), std::move(*stream));
            ours_->active = std::string(branch);
            ours_->any = true;
            return {};
        }
        slots_ = std::move(ours_->slots);
        for (std::size_t other = 0; other < slots_.size(); ++other) slots_[other].used = other == i;
        stable_ = std::move(*stream);
        stable_wanted_ = ours_->way;
        ours_.reset();
        return {};
    }
    return why;
}

}  // namespace strowger::rtp
