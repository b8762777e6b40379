#include "sofia_library.hpp"

#include <sofia-sip/su_uniqueid.h>

#include <thread>

namespace strowger::rtp {

void own_thread_key() {
    std::thread([] { su_random64(); }).join();
}

}  // namespace strowger::rtp
