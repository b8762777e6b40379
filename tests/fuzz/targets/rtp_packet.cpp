// Packets of one leg: told apart, digits taken out, headers and reports rewritten, protected and
// unprotected. The input is packets, each after two bytes of its length.
#include "../target.hpp"

#include "relay/digits.hpp"
#include "relay/packet.hpp"
#include "relay/rewriter.hpp"
#include "relay/rtcp.hpp"

#include "transform.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

namespace strowger::rtp {
namespace {

constexpr std::size_t largest = 1500;

struct protected_pair {
    std::unique_ptr<packet_transform> out, in;
};

protected_pair make_protection() {
    static auto kernel = *srtp::library::start();
    const auto* suite = srtp::find_suite("AES_CM_128_HMAC_SHA1_80");
    const std::vector<std::uint8_t> bytes(suite->secret_size(), 7);
    const srtp::secret key{bytes};
    auto side = [&](srtp::way way) {
        return srtp::make_transform(*srtp::make_context(kernel, *suite, key, way));
    };
    return {side(srtp::way::protect), side(srtp::way::unprotect)};
}

class leg_parts {
public:
    void take(std::string_view packet) {
        // Exactly the packet: a read behind it is seen.
        std::vector<std::uint8_t> bytes(packet.begin(), packet.end());
        switch (classify(bytes.data(), bytes.size())) {
            case packet_kind::rtp:
                return rtp(bytes);
            case packet_kind::rtcp:
                return rtcp(bytes);
            default:
                return;
        }
    }
    void finish() {
        for (int i = 0; i <= digit_receiver::patience; ++i)
            if (auto digit = digits_.tick()) check(*digit);
        STROWGER_PROMISE(!digits_.tick());
    }

private:
    static void check(const received_digit& digit) {
        STROWGER_PROMISE(std::strchr("0123456789*#ABCD", digit.digit) && digit.digit != '\0');
    }
    void rtp(std::vector<std::uint8_t> bytes) {
        auto place = find_payload(bytes.data(), bytes.size());
        STROWGER_PROMISE(place.offset + place.size <= bytes.size());
        if (auto digit = digits_.packet(bytes.data() + place.offset, place.size,
                                        read_32(bytes.data() + 4), 8000))
            check(*digit);
        unprotect_noise(bytes);
        auto before = bytes;
        out_.rewrite(bytes.data(), this, 8000, now_ += 20'000'000);
        STROWGER_PROMISE(read_32(bytes.data() + 8) == out_.ssrc());
        STROWGER_PROMISE(std::equal(bytes.begin() + 12, bytes.end(), before.begin() + 12));
        if (keys_.out) protect(bytes);
    }
    // What was not protected with our key is never taken for a packet.
    void unprotect_noise(std::vector<std::uint8_t> bytes) {
        STROWGER_PROMISE(keys_.in->rtp(bytes.data(), bytes.size()) == 0);
    }
    void protect(std::vector<std::uint8_t> bytes) {
        auto clear = bytes;
        bytes.resize(clear.size() + packet_transform::overhead);
        auto size = keys_.out->rtp(bytes.data(), clear.size());
        STROWGER_PROMISE(size <= bytes.size());
        if (size == 0) return;  // a header that does not fit its packet
        bytes.resize(size);
        auto back = keys_.in->rtp(bytes.data(), size);
        STROWGER_PROMISE(back == clear.size());
        STROWGER_PROMISE(std::equal(clear.begin(), clear.end(), bytes.begin()));
    }
    void rtcp(std::vector<std::uint8_t> bytes) {
        auto noise = bytes;
        STROWGER_PROMISE(keys_.in->rtcp(noise.data(), noise.size()) == 0);
        const rtcp_names names{1, 2, 3}, nothing{1, 2, 0};
        auto size = rewrite_rtcp(bytes.data(), bytes.size(), names);
        STROWGER_PROMISE(size <= bytes.size() && size % 4 == 0);
        if (size == 0) return;
        STROWGER_PROMISE(classify(bytes.data(), size) == packet_kind::rtcp);
        bytes.resize(size);
        auto again = bytes;
        STROWGER_PROMISE(rewrite_rtcp(again.data(), size, nothing) == size && again == bytes);
    }

    digit_receiver digits_;
    rewriter out_{0x11223344, 65530, 0xfffffff0};
    protected_pair keys_ = make_protection();
    std::uint64_t now_ = 0;
};

}  // namespace

STROWGER_FUZZ_TARGET(rtp_packet) {
    leg_parts leg;
    for (int count = 0; bytes.size() > 2 && count < 64; ++count) {
        auto size = read_16(reinterpret_cast<const std::uint8_t*>(bytes.data())) % (largest + 1);
        bytes.remove_prefix(2);
        auto packet = bytes.substr(0, size);
        bytes.remove_prefix(packet.size());
        leg.take(packet);
    }
    leg.finish();
}

}  // namespace strowger::rtp
