// A media thread of the core: readiness of sockets, a 20 ms tick, and tasks from the control loop.
// Nothing that runs there allocates, locks, throws, logs or waits.
#pragma once

#include <strowger/error.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>

namespace strowger {

// Called on the media thread. The one who registers it keeps it until remove() was acknowledged.
class media_handler {
public:
    virtual void readable(int fd) noexcept = 0;
    // Every 20 ms, for those who asked for it.
    virtual void tick(std::uint64_t now_ns) noexcept = 0;

protected:
    ~media_handler() = default;
};

class media_loop {
public:
    virtual ~media_loop();
    // From the control loop. add/remove/tick take effect in order with post().
    virtual result<void> add(int fd, media_handler& handler) = 0;
    virtual void ticking(media_handler& handler, bool on) = 0;
    // `done` runs on the control loop when the media thread will not call the handler for this
    // descriptor any more: close it then.
    virtual void remove(int fd, media_handler& handler, std::function<void()> done) = 0;
    // Runs `work` on the media thread, then destroys it on the control loop. In order.
    virtual void post(std::function<void()> work) = 0;
    virtual std::size_t load() const noexcept = 0;  // descriptors, to spread sessions
};

}  // namespace strowger
