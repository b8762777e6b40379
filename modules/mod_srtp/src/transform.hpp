// One direction of one stream under libsrtp.
#pragma once

#include "library.hpp"
#include "sdes.hpp"

#include <strowger/media.hpp>

#include <memory>

namespace strowger::srtp {

enum class way { protect, unprotect };

// libsrtp's session for one direction: keys, rollover counters, replay windows. Made and destroyed
// on the control loop, used on the media thread. Shared by the transforms that use the same key, so
// that a counter goes on when the other direction is keyed anew or an answer of another branch
// takes over: the same index must never protect two packets (RFC 3711, 9.1).
class crypto_context;

// errc::internal when libsrtp refuses the policy.
result<std::shared_ptr<crypto_context>> make_context(std::shared_ptr<library> kernel,
                                                     const suite& cipher, const secret& key,
                                                     way direction);
std::unique_ptr<packet_transform> make_transform(std::shared_ptr<crypto_context> context);

}  // namespace strowger::srtp
