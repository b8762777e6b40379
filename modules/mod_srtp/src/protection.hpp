// "media_protection/1": SDES keying and SRTP packets.
#pragma once

#include "library.hpp"

#include <strowger/media.hpp>

#include <memory>

namespace strowger::srtp {

// Control loop. errc::internal when libsrtp does not start. Keyings and transforms keep the kernel
// for themselves and may outlive the object, not the module.
result<std::unique_ptr<media_protection>> make_protection();
// The same on a kernel that runs already: libsrtp has one for each copy of itself.
std::unique_ptr<media_protection> make_protection(std::shared_ptr<library> kernel);

}  // namespace strowger::srtp
