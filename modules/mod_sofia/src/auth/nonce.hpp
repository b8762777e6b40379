// Nonces that need no table: time, an index into a fixed ring of nc marks, and an HMAC over both,
// the realm and the peer's address, keyed by a secret of this process. Control loop only.
#pragma once

#include <strowger/clock.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

struct evp_mac_ctx_st;

namespace strowger::sofia {

enum class nonce_verdict {
    good,     // ours, for that realm and source, young enough
    expired,  // ours, but old, or its marks were given to a newer one
    foreign,  // not ours, or not for that source
};

// Which nonce-counts of one nonce were seen: the highest, and a window of the 64 below it, because
// datagrams overtake each other (as RFC 3711, 3.3.2 does it for packets).
struct nc_mark {
    std::uint32_t owner = 0;  // the nonce's index, so that an overwritten one is known
    std::uint32_t highest = 0;
    std::uint64_t seen = 0;  // bit n: highest - n
};

class nonce_maker {
public:
    // Throws std::runtime_error when OpenSSL has no random bytes or no HMAC.
    nonce_maker(std::chrono::seconds life, std::size_t ring_size = 16384);
    ~nonce_maker();
    nonce_maker(const nonce_maker&) = delete;
    nonce_maker& operator=(const nonce_maker&) = delete;

    std::string make(std::string_view realm, std::string_view source, steady_time now);

    struct checked {
        nonce_verdict verdict = nonce_verdict::foreign;
        std::uint32_t index = 0;
    };
    checked check(std::string_view nonce, std::string_view realm, std::string_view source,
                  steady_time now) const;
    // Marks a nonce-count of a good nonce as used; false: it was used before (a replay). Only for
    // requests whose response was right.
    bool use(std::uint32_t index, std::uint32_t nc);

private:
    static constexpr std::size_t mac_bytes = 16;
    static constexpr std::size_t head_bytes = 12;  // time and index
    using raw_nonce = std::array<unsigned char, head_bytes + mac_bytes>;
    bool sign(raw_nonce& raw, std::string_view realm, std::string_view source) const;

    std::chrono::seconds life_;
    std::vector<nc_mark> ring_;
    std::uint32_t last_index_ = 0;
    evp_mac_ctx_st* keyed_ = nullptr;
};

}  // namespace strowger::sofia
