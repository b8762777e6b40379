// Turns: whoever asks for the same name goes one after the other, in the order of asking. Control
// loop only.
#pragma once

#include <strowger/task.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <deque>
#include <map>
#include <memory>
#include <string>

namespace strowger {

class turns {
public:
    // What a turn holds; the next one's begins when the last copy goes.
    using holder = std::shared_ptr<void>;

    explicit turns(boost::asio::io_context& loop);
    // Those who still wait are left to the loop, which destroys them.
    ~turns();
    turns(const turns&) = delete;
    turns& operator=(const turns&) = delete;

    // Not to be cancelled: the place in the queue would be lost.
    task<holder> take(std::string name);
    bool empty() const noexcept { return queues_->empty(); }

private:
    // A timer that never expires stands for each who has or waits for a turn: cancelling it is the
    // waking.
    using queue = std::deque<std::shared_ptr<boost::asio::steady_timer>>;
    using queues = std::map<std::string, queue>;
    static void leave(queues& all, const std::string& name);

    boost::asio::io_context& loop_;
    std::shared_ptr<queues> queues_ = std::make_shared<queues>();
};

}  // namespace strowger
