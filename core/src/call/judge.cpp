#include <strowger/channel.hpp>
#include <strowger/text.hpp>

namespace strowger {

std::string_view to_string(privacy word) noexcept {
    switch (word) {
        case privacy::secure:
            return "private";
        case privacy::unverified:
            return "unverified";
        case privacy::exposed:
            return "exposed";
    }
    return "exposed";
}

// Whatever is not known to be safe is exposed: the checks are ordered so that the first failing one
// is the worst that can be said of the leg.
privacy_verdict judge(const leg_facts& signalling, const media_status& media) {
    if (!signalling.signalling_encrypted)
        return {privacy::exposed,
                cat("signalling over ",
                    signalling.transport.empty() ? "an unknown transport" : signalling.transport,
                    " is in the clear")};
    if (!media.negotiated) return {privacy::exposed, "no media is agreed yet"};
    if (!media.encrypted)
        return {privacy::exposed,
                cat("media is in the clear",
                    media.protocol.empty() ? "" : cat(" (", media.protocol, ")"))};
    auto how = cat(signalling.transport, ", ", media.keying, " ", media.suite);
    switch (signalling.peer) {
        case authentication::digest:
            return {privacy::secure, cat(how, ", digest of ", signalling.peer_name)};
        case authentication::certificate:
            return {privacy::secure, cat(how, ", certificate of ", signalling.peer_name)};
        case authentication::none:
            break;
    }
    return {privacy::unverified, signalling.peer_problem.empty()
                                     ? std::string("nobody checked who is at the far end")
                                     : signalling.peer_problem};
}

}  // namespace strowger
