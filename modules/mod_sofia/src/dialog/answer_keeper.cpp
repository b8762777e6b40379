#include "answer_keeper.hpp"

#include <algorithm>
#include <utility>

namespace strowger::sofia {

void answer_keeper::start(strowger::clock& time, const transaction_timers& timers,
                          std::uint32_t cseq, std::function<void()> send,
                          std::function<void()> give_up) {
    stop();
    time_ = &time;
    next_ = timers.t1;
    t2_ = timers.t2;
    deadline_ = time.now() + 64 * timers.t1;
    cseq_ = cseq;
    waiting_ = true;
    send_ = std::move(send);
    give_up_ = std::move(give_up);
    wait();
}

void answer_keeper::wait() {
    auto when = std::min(time_->now() + next_, deadline_);
    timer_ = time_->at(when, [this] {
        if (time_->now() >= deadline_) {
            auto give_up = std::move(give_up_);
            stop();
            give_up();
            return;
        }
        next_ = std::min(2 * next_, t2_);
        wait();
        send_();
    });
}

bool answer_keeper::acknowledged(std::uint32_t cseq) {
    if (!waiting_ || cseq != cseq_) return false;
    stop();
    return true;
}

void answer_keeper::stop() noexcept {
    waiting_ = false;
    timer_.reset();
    send_ = nullptr;
    give_up_ = nullptr;
}

}  // namespace strowger::sofia
