// Many timers on one clock entry: a hashed wheel (Varghese and Lauck, 1987) with slots of 10 ms,
// made for hundreds of thousands of transaction timers of which nearly all are taken back. Arming
// and disarming are O(1) and allocate nothing. The clock wakes it for slots in use only; a timer
// that was taken back costs one idle wake-up at most. Control loop only.
#pragma once

#include <strowger/clock.hpp>

#include <array>
#include <cstdint>
#include <vector>

namespace strowger::sofia {

class timer_wheel {
    struct link {
        link* next = nullptr;
        link* previous = nullptr;
    };

public:
    static constexpr std::chrono::milliseconds slot{10};
    static constexpr std::size_t slots = 4096;  // one turn is 41 s; what is later waits a turn

    // Lives inside what it wakes, and does not move. Its destructor disarms it.
    class timer : link {
    public:
        using action = void (*)(void* owner) noexcept;
        timer(action what, void* owner) noexcept : action_(what), owner_(owner) {}
        timer(const timer&) = delete;
        timer& operator=(const timer&) = delete;
        ~timer() { disarm(); }
        void disarm() noexcept;
        bool armed() const noexcept { return next != nullptr; }

    private:
        friend class timer_wheel;
        std::uint64_t due_ = 0;  // in slots since the wheel began
        action action_;
        void* owner_;
    };

    explicit timer_wheel(clock& time);
    timer_wheel(const timer_wheel&) = delete;
    timer_wheel& operator=(const timer_wheel&) = delete;
    ~timer_wheel();

    // Calls the timer's action once, not before `delay` has passed and at most a slot later. An
    // armed timer is set anew. The action may arm and disarm any timer, and destroy its own.
    void arm(timer& which, std::chrono::milliseconds delay);

private:
    std::uint64_t slot_of(steady_time when) const noexcept;  // the first that is not before
    void turn();
    void run_slot(std::size_t index, std::uint64_t now);
    void wake_at(std::uint64_t due);
    void plan();  // asks the clock for the next slot in use

    clock& clock_;
    steady_time begin_;
    std::uint64_t reached_ = 0;  // every slot up to this one has run
    std::uint64_t planned_ = 0;  // the slot that the clock will wake us for; 0: none
    bool turning_ = false;
    std::vector<link> heads_;                         // circular lists
    std::array<std::uint64_t, slots / 64> in_use_{};  // may say yes for an empty slot
    token alarm_;
};

}  // namespace strowger::sofia
