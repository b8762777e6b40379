#include "transaction/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace strowger::sofia {

timer_wheel::timer_wheel(clock& time) : clock_(time), begin_(time.now()), heads_(slots) {
    for (auto& head : heads_) head.next = head.previous = &head;
}

timer_wheel::~timer_wheel() {
    // Timers may outlive the wheel by a moment; they must not point into it.
    for (auto& head : heads_)
        while (head.next != &head) static_cast<timer*>(head.next)->disarm();
}

void timer_wheel::timer::disarm() noexcept {
    if (!next) return;
    next->previous = previous;
    previous->next = next;
    next = previous = nullptr;
}

std::uint64_t timer_wheel::slot_of(steady_time when) const noexcept {
    auto since = when - begin_;
    if (since <= steady_time::duration::zero()) return 0;
    return static_cast<std::uint64_t>((since + slot - steady_time::duration(1)) / slot);
}

void timer_wheel::arm(timer& which, std::chrono::milliseconds delay) {
    which.disarm();
    auto due = slot_of(clock_.now() + std::max(delay, std::chrono::milliseconds::zero()));
    due = std::max(due, reached_ + 1);
    which.due_ = due;
    auto index = due % slots;
    auto& head = heads_[index];
    which.previous = head.previous;
    which.next = &head;
    head.previous->next = &which;
    head.previous = &which;
    in_use_[index / 64] |= std::uint64_t{1} << (index % 64);
    if (!turning_ && (planned_ == 0 || due < planned_)) wake_at(due);
}

void timer_wheel::wake_at(std::uint64_t due) {
    planned_ = due;
    alarm_.reset();
    alarm_ = clock_.at(begin_ + due * slot, [this] { turn(); });
}

void timer_wheel::turn() {
    auto now = static_cast<std::uint64_t>((clock_.now() - begin_) / slot);
    auto first = reached_ + 1;
    // Moved before anything runs: what the actions arm comes in a later slot.
    reached_ = std::max(reached_, now);
    turning_ = true;
    planned_ = 0;
    // After a long sleep every slot has come round once; one turn finds all that is due.
    auto count = now >= first ? std::min<std::uint64_t>(now - first + 1, slots) : 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        auto index = (first + i) % slots;
        if (in_use_[index / 64] >> (index % 64) & 1) run_slot(index, now);
    }
    turning_ = false;
    plan();
}

void timer_wheel::run_slot(std::size_t index, std::uint64_t now) {
    auto& head = heads_[index];
    link due{head.next, head.previous};
    if (head.next == &head) {
        in_use_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
        return;
    }
    // The whole list moves aside: what actions arm for this slot's next turn stays out of it.
    due.next->previous = due.previous->next = &due;
    head.next = head.previous = &head;
    while (due.next != &due) {
        auto* each = static_cast<timer*>(due.next);
        each->disarm();
        if (each->due_ <= now) {
            each->action_(each->owner_);
            continue;
        }
        each->previous = head.previous;
        each->next = &head;
        head.previous->next = each;
        head.previous = each;
    }
    if (head.next == &head) in_use_[index / 64] &= ~(std::uint64_t{1} << (index % 64));
}

void timer_wheel::plan() {
    auto start = (reached_ + 1) % slots;
    for (std::size_t done = 0; done < slots;) {
        auto at = (start + done) % slots;
        auto word = in_use_[at / 64] >> (at % 64);
        if (word != 0) {
            done += static_cast<std::size_t>(std::countr_zero(word));
            if (done < slots) wake_at(reached_ + 1 + done);
            return;
        }
        done += 64 - at % 64;
    }
    alarm_.reset();
}

}  // namespace strowger::sofia
