// What the media thread tells the control loop: plain records in a ring, and a descriptor that
// wakes the loop. Writing allocates nothing, locks nothing and never waits.
#pragma once

#include <strowger/media_loop.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

namespace strowger::rtp {

struct media_event {
    enum class kind : std::uint8_t { digit, timeout } what = kind::digit;
    char digit = 0;
    std::uint32_t milliseconds = 0;
};

// One writer (media thread), one reader (control loop). A full ring loses the newest: 16 digits
// within one turn of the control loop are more than a finger can press.
class event_ring {
public:
    bool push(media_event event) noexcept {
        auto tail = tail_.load(std::memory_order_relaxed);
        if (tail - head_.load(std::memory_order_acquire) == slots_.size()) return false;
        slots_[tail % slots_.size()] = event;
        tail_.store(tail + 1, std::memory_order_release);
        return true;
    }
    std::optional<media_event> pop() noexcept {
        auto head = head_.load(std::memory_order_relaxed);
        if (head == tail_.load(std::memory_order_acquire)) return {};
        auto event = slots_[head % slots_.size()];
        head_.store(head + 1, std::memory_order_release);
        return event;
    }

private:
    std::array<media_event, 16> slots_{};
    std::atomic<std::uint32_t> head_{0}, tail_{0};
};

// Wakes the control loop from a media thread.
class wake_up {
public:
    wake_up();  // throws std::system_error when the kernel gives no eventfd
    ~wake_up();
    wake_up(const wake_up&) = delete;
    wake_up& operator=(const wake_up&) = delete;
    int fd() const noexcept { return fd_; }
    void ring() const noexcept;
    void clear() const noexcept;

private:
    int fd_;
};

}  // namespace strowger::rtp
