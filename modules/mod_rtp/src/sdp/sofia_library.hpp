// What libsofia-sip-ua, whose SDP parser is used, needs as a library that is mapped and unmapped.
#pragma once

namespace strowger::rtp {

// Once in each generation of the module, before anything else can fail. When the library is
// unmapped it deletes its thread-specific key whether it ever made it or not: unmade, that is the
// key of number 0, which is somebody else's (NSPR was seen to wait for ever after it lost its own).
// So it is made to make it, on a thread that ends at once, because what belongs to a thread is
// freed when the thread ends. Control loop; throws std::system_error when there is no thread.
void own_thread_key();

}  // namespace strowger::rtp
