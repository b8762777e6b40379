// An interface that mod_hands_out registers as "giver/1".
#pragma once

#include <strowger/media.hpp>

namespace strowger::testing {

class giver {
public:
    virtual ~giver() = default;
    virtual owned<media_tap> give() = 0;
};

}  // namespace strowger::testing
