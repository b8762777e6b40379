// A log that tests read.
#pragma once

#include <strowger/log.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace strowger::testing {

class captured_log final : public log_sink {
public:
    struct record {
        log_level level;
        std::string module;
        std::string text;
    };
    void write(log_level level, std::string_view module, std::string text) noexcept override {
        std::scoped_lock guard(lock_);
        records_.push_back({level, std::string(module), std::move(text)});
    }
    std::vector<record> records() const {
        std::scoped_lock guard(lock_);
        return records_;
    }
    bool contains(std::string_view part) const {
        for (const auto& entry : records())
            if (entry.text.find(part) != std::string::npos) return true;
        return false;
    }

private:
    mutable std::mutex lock_;
    std::vector<record> records_;
};

}  // namespace strowger::testing
