// Whether a leg's media is encrypted: rtp_secure_media and friends, with FreeSWITCH's meaning.
#pragma once

#include <strowger/media.hpp>
#include <strowger/variables.hpp>

#include <string>
#include <vector>

namespace strowger::rtp {

struct secure_policy {
    secure_mode mode = secure_mode::forbidden;
    bool given = false;               // a variable said so; otherwise it is the default
    std::vector<std::string> suites;  // in order of preference; empty: the default ones
    std::vector<std::string> warnings;
};

// rtp_secure_media_inbound or _outbound by the leg's direction, otherwise rtp_secure_media:
// "mode[:suite:suite…]"; without a list the suites are those of rtp_secure_media_suites. Unset:
// optional on an inbound leg, forbidden on an outbound one. An unknown mode is forbidden, with a
// warning.
secure_policy read_policy(const variables& vars, const leg_facts& facts);

}  // namespace strowger::rtp
