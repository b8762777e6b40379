// The pool: a few threads for work that blocks (files, databases). Its queue is bounded.
#pragma once

#include "runtime/running.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace strowger {

class pool {
public:
    explicit pool(std::size_t threads, std::size_t most_waiting = 16384);
    ~pool();  // what was accepted is run first

    // Any thread. False when the queue is full or the pool ends: `work` was not taken. `what` is
    // the lasting name of the module it is for. What `work` throws ends the program: catch inside.
    bool post(std::function<void()>& work, const char* what);

    // How often each thread finished something, and whether it is busy now. A thread has left a
    // module's code for good when it is idle, or when its number has moved on.
    struct mark {
        std::uint64_t finished;
        bool busy;
    };
    std::vector<mark> marks() const;
    bool passed(const std::vector<mark>& since) const;

private:
    struct worker {
        thread_activity activity;
        std::atomic<std::uint64_t> finished{0};
        std::atomic<bool> busy{false};
        std::thread thread;
    };
    struct job {
        std::function<void()> work;
        const char* what;
    };
    void run(worker& self);

    mutable std::mutex lock_;
    std::condition_variable changed_;
    std::deque<job> waiting_;
    std::size_t most_waiting_;
    bool ending_ = false;
    std::vector<std::unique_ptr<worker>> workers_;
};

}  // namespace strowger
