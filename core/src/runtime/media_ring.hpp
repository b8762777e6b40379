// The tasks between the control loop and one media thread: a fixed ring with one writer and one
// reader. The writer also destroys what was run, so that the media thread never frees memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <utility>
#include <vector>

namespace strowger {

class media_ring {
public:
    struct slot {
        std::function<void()> work;  // run on the media thread
        std::function<void()> done;  // run by reclaim(), may be empty
    };

    explicit media_ring(std::size_t size) : slots_(size) {}  // a power of two

    // Control loop: false when there is no room (`entry` is untouched then).
    bool push(slot& entry) noexcept {
        auto head = head_.load(std::memory_order_relaxed);
        if (head - reclaimed_ == slots_.size()) return false;
        slots_[head & (slots_.size() - 1)] = std::move(entry);
        head_.store(head + 1, std::memory_order_seq_cst);
        return true;
    }

    // Media thread: runs what is there; gives how many.
    std::size_t run() noexcept {
        auto head = head_.load(std::memory_order_acquire);
        auto tail = tail_.load(std::memory_order_relaxed);
        auto count = head - tail;
        for (; tail != head; ++tail) {
            auto& work = slots_[tail & (slots_.size() - 1)].work;
            if (work) work();
            tail_.store(tail + 1, std::memory_order_release);
        }
        return count;
    }
    bool empty() const noexcept {
        return head_.load(std::memory_order_seq_cst) == tail_.load(std::memory_order_relaxed);
    }

    // Control loop: takes out one slot that was run; false when there is none.
    bool reclaim(slot& out) noexcept {
        if (reclaimed_ == tail_.load(std::memory_order_acquire)) return false;
        out = std::exchange(slots_[reclaimed_ & (slots_.size() - 1)], slot{});
        ++reclaimed_;
        return true;
    }

    // Control loop: how many were pushed and not taken out yet.
    std::size_t unreclaimed() const noexcept {
        return head_.load(std::memory_order_relaxed) - reclaimed_;
    }

private:
    std::vector<slot> slots_;
    std::size_t reclaimed_ = 0;                     // control loop only
    alignas(64) std::atomic<std::size_t> head_{0};  // written by the control loop
    alignas(64) std::atomic<std::size_t> tail_{0};  // written by the media thread
};

}  // namespace strowger
