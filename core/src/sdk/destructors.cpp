// The SDK's abstract classes live here: their vtables and type information are the core's.
#include <strowger/dialplan.hpp>
#include <strowger/mask.hpp>
#include <strowger/module.hpp>
#include <strowger/modules.hpp>
#include <strowger/registration_store.hpp>

namespace strowger {

use_counter::~use_counter() = default;
void use_counter::idle() noexcept {}
clock::~clock() = default;
log_sink::~log_sink() = default;
bus::~bus() = default;
registry::~registry() = default;
config_snapshot::~config_snapshot() = default;
configuration::~configuration() = default;
directory::~directory() = default;
registration_store::~registration_store() = default;
media_session::~media_session() = default;
media_tap::~media_tap() = default;
media_engine::~media_engine() = default;
packet_transform::~packet_transform() = default;
stream_keying::~stream_keying() = default;
media_protection::~media_protection() = default;
media_loop::~media_loop() = default;
dialplan::~dialplan() = default;
leg::~leg() = default;
endpoint::~endpoint() = default;
channel::~channel() = default;
std::string channel::shown(std::string_view, std::string_view value) const {
    return mask_keys(std::string(value));
}
calls::~calls() = default;
module_manager::~module_manager() = default;
context::~context() = default;
module::~module() = default;

}  // namespace strowger
