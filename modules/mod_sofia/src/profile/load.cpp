#include "load.hpp"

namespace strowger::sofia {

void load_gauge::start(strowger::clock& time) {
    time_ = &time;
    auto due = time.now() + period;
    timer_ = time.at(due, [this, due] {
        tick(std::chrono::duration_cast<std::chrono::milliseconds>(time_->now() - due));
        start(*time_);
    });
}

}  // namespace strowger::sofia
