#include "session/placement.hpp"

namespace strowger::rtp {

result<void> placement::open(media_loop& on) {
    if (auto added = on.add(ports_->rtp(), *leg_); !added) return added.error();
    if (auto added = on.add(ports_->rtcp(), *leg_); !added) {
        // The first one must be forgotten before the descriptors are closed.
        on.remove(ports_->rtp(), *leg_, [self = shared_from_this()] {});
        return added.error();
    }
    on.ticking(*leg_, true);
    loop_ = &on;
    return {};
}

void placement::post(std::function<void()> work) {
    if (closed_ || (!loop_ && !moving_to_)) return;
    if (moving_to_)
        waiting_.push_back(std::move(work));
    else
        loop_->post(std::move(work));
}

void placement::leave_loop(std::function<void()> done) {
    auto* from = std::exchange(loop_, nullptr);
    from->ticking(*leg_, false);
    // Acknowledged in order: after the second one the thread knows neither.
    from->remove(ports_->rtp(), *leg_, [self = shared_from_this()] {});
    from->remove(ports_->rtcp(), *leg_, std::move(done));
}

void placement::move(media_loop& to) {
    if (closed_ || (!loop_ && !moving_to_)) return;
    bool moves_already = moving_to_ != nullptr;
    moving_to_ = &to;
    if (!moves_already) leave_loop([self = shared_from_this()] { self->arrived(); });
}

void placement::arrived() {
    auto* to = std::exchange(moving_to_, nullptr);
    auto then = std::exchange(then_, nullptr);
    auto waiting = std::exchange(waiting_, {});
    // A thread that cannot watch the sockets leaves the leg silent; its media timeout ends it.
    if (closed_ || !open(*to)) return;
    for (auto& each : waiting) loop_->post(std::move(each));
    if (then) then();
}

void placement::close() {
    if (closed_) return;
    closed_ = true;
    waiting_.clear();
    then_ = nullptr;
    if (loop_) leave_loop([self = shared_from_this()] {});
}

}  // namespace strowger::rtp
