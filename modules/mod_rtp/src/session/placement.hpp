// Where a leg lives: its media thread, its sockets there, and the tasks sent to it. Control loop.
#pragma once

#include "ports/port_pool.hpp"
#include "relay/leg.hpp"

#include <strowger/media_loop.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace strowger::rtp {

// Shared by the session and by what is on its way to the media thread: the sockets are closed and
// the leg destroyed when that thread does not know them any more.
class placement : public std::enable_shared_from_this<placement> {
public:
    placement(std::shared_ptr<leg> what, std::unique_ptr<port_pair> ports) noexcept
        : leg_(std::move(what)), ports_(std::move(ports)) {}

    result<void> open(media_loop& on);
    // Runs `work` on the leg's media thread, in order; also while it moves.
    void post(std::function<void()> work);
    // Takes the leg to another media thread: quiesce, hand over, acknowledge. What is posted
    // meanwhile waits.
    void move(media_loop& to);
    // Runs on the control loop once a moving leg arrived; an empty one forgets what was to run.
    void when_arrived(std::function<void()> then) { then_ = std::move(then); }
    void close();

    // nullptr when the thread could not take it.
    media_loop* loop() const noexcept { return moving_to_ ? moving_to_ : loop_; }
    bool moving() const noexcept { return moving_to_ != nullptr; }
    leg& media() const noexcept { return *leg_; }
    const std::shared_ptr<leg>& shared_leg() const noexcept { return leg_; }
    const port_pair& ports() const noexcept { return *ports_; }

private:
    void leave_loop(std::function<void()> done);
    void arrived();

    std::shared_ptr<leg> leg_;
    std::unique_ptr<port_pair> ports_;
    media_loop* loop_ = nullptr;
    media_loop* moving_to_ = nullptr;
    std::function<void()> then_;
    std::vector<std::function<void()>> waiting_;
    bool closed_ = false;
};

}  // namespace strowger::rtp
