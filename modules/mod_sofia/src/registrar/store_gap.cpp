#include "registrar/store_gap.hpp"

namespace strowger::sofia {

bool store_gap::over() {
    if (!waiting_.empty() && there_()) give_turns(true);
    return waiting_.empty();
}

bool store_gap::wait(turn what) {
    auto now = time_.now();
    if (!until_) until_ = now + patience;
    if (now >= *until_ || waiting_.size() >= most) return false;
    waiting_.push_back(std::move(what));
    if (!timer_) timer_ = time_.after(pause, [this] { look(); });
    return true;
}

void store_gap::look() {
    timer_.reset();
    if (waiting_.empty()) return;
    if (there_()) return give_turns(true);
    if (time_.now() >= *until_) return give_turns(false);
    timer_ = time_.after(pause, [this] { look(); });
}

// A turn may find the store gone again, and wait again: behind nobody who came later.
void store_gap::give_turns(bool there) {
    auto now = std::move(waiting_);
    waiting_.clear();
    for (auto& each : now) each(there);
}

}  // namespace strowger::sofia
