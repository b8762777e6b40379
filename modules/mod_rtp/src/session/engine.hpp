// "media_engine/1": makes sessions, and brings what media threads report to their observers.
#pragma once

#include <strowger/context.hpp>
#include <strowger/media.hpp>

#include <memory>

namespace strowger::rtp {

class engine : public media_engine {
public:
    // The port range for sessions made from now on.
    virtual void set_ports(std::uint16_t first, std::uint16_t last) = 0;
    // Makes no more sessions; those there are go on. Nothing waits any more once the last has gone.
    virtual void stop() noexcept = 0;
    virtual std::size_t sessions() const noexcept = 0;
    virtual std::size_t ports_in_use() const noexcept = 0;
};

// Control loop. Throws std::system_error when the kernel gives no descriptor.
std::unique_ptr<engine> make_engine(context& ctx);

}  // namespace strowger::rtp
