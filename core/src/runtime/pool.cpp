#include "runtime/pool.hpp"

#include <sys/prctl.h>

namespace strowger {

pool::pool(std::size_t threads, std::size_t most_waiting) : most_waiting_(most_waiting) {
    for (std::size_t i = 0; i < threads; ++i) {
        workers_.push_back(std::make_unique<worker>());
        auto& made = *workers_.back();
        made.activity.thread = "pool";
        made.thread = std::thread([this, &made] { run(made); });
    }
}

pool::~pool() {
    {
        std::scoped_lock guard(lock_);
        ending_ = true;
    }
    changed_.notify_all();
    for (auto& each : workers_) each->thread.join();
}

bool pool::post(std::function<void()>& work, const char* what) {
    {
        std::scoped_lock guard(lock_);
        if (ending_ || waiting_.size() >= most_waiting_) return false;
        waiting_.push_back({std::move(work), what});
    }
    changed_.notify_one();
    return true;
}

std::vector<pool::mark> pool::marks() const {
    std::vector<mark> all;
    for (const auto& each : workers_) all.push_back({each->finished.load(), each->busy.load()});
    return all;
}

bool pool::passed(const std::vector<mark>& since) const {
    for (std::size_t i = 0; i < workers_.size(); ++i)
        if (since[i].busy && workers_[i]->finished.load() == since[i].finished) return false;
    return true;
}

void pool::run(worker& self) {
    ::prctl(PR_SET_NAME, "strowger-pool");
    set_this_activity(&self.activity);
    for (;;) {
        std::unique_lock guard(lock_);
        changed_.wait(guard, [this] { return ending_ || !waiting_.empty(); });
        if (waiting_.empty()) return;
        self.busy.store(true);
        {
            auto next = std::move(waiting_.front());
            waiting_.pop_front();
            guard.unlock();
            running_scope shown(next.what);
            next.work();
        }
        self.finished.fetch_add(1);
        self.busy.store(false);
    }
}

}  // namespace strowger
