// STUN on the SIP port: what is answered, and that an answer is never answered.
#include "../target.hpp"

#include "transport/stun.hpp"

#include <boost/asio/ip/address.hpp>

namespace strowger::sofia {

STROWGER_FUZZ_TARGET(stun) {
    static const address peers[] = {{boost::asio::ip::make_address("192.0.2.7"), 40000},
                                    {boost::asio::ip::make_address("2001:db8::7"), 65535}};
    for (const auto& peer : peers) {
        auto answer = answer_stun(bytes, peer);
        if (answer.empty()) continue;
        STROWGER_PROMISE(is_stun(bytes) && is_stun(answer));
        STROWGER_PROMISE(answer.size() == (peer.ip.is_v6() ? 44u : 32u));
        // RFC 5389, 10.1.2: the answer bears the request's transaction id.
        STROWGER_PROMISE(answer.substr(8, 12) == bytes.substr(8, 12));
        STROWGER_PROMISE(answer_stun(answer, peer).empty());
    }
}

}  // namespace strowger::sofia
