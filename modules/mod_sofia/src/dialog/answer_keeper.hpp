// Sends a 2xx to an INVITE again until its ACK comes (RFC 3261, 13.3.1.4): after T1, then doubling
// up to T2, for 64*T1. Over reliable transports too: a hop further on may be UDP.
#pragma once

#include "transaction/layer.hpp"

#include <strowger/clock.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace strowger::sofia {

class answer_keeper {
public:
    // Starts for the 2xx of that CSeq number. `send` sends it again, `give_up` is called once when
    // no ACK came in time. Neither is called from within start().
    void start(strowger::clock& time, const transaction_timers& timers, std::uint32_t cseq,
               std::function<void()> send, std::function<void()> give_up);
    // An ACK came. True when it is the first one for this 2xx.
    bool acknowledged(std::uint32_t cseq);
    bool waiting() const noexcept { return waiting_; }
    void stop() noexcept;

private:
    void wait();

    strowger::clock* time_ = nullptr;
    std::chrono::milliseconds next_{0}, t2_{0};
    steady_time deadline_{};
    std::uint32_t cseq_ = 0;
    bool waiting_ = false;
    std::function<void()> send_, give_up_;
    token timer_;
};

}  // namespace strowger::sofia
