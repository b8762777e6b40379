// Connections in the making (connecting, TLS handshake): each has a deadline, there is a limit on
// how many, and all of them end when the profile stops. Any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>

namespace strowger::sofia {

class attempt {
public:
    virtual ~attempt() = default;
    // Ends it, from any thread; returns at once.
    virtual void give_up(std::string why) = 0;
};

class attempt_list {
public:
    explicit attempt_list(std::size_t most) noexcept : most_(most) {}
    // Times are those of the profile's tick, in milliseconds. False: the list is closed. When it is
    // full the oldest one gives up: under a flood those who mean it are done long before.
    bool add(const std::shared_ptr<attempt>& which, std::int64_t deadline);
    void remove(const attempt* which) noexcept;
    void expire(std::int64_t now);
    void close();

private:
    struct entry {
        std::weak_ptr<attempt> which;
        std::int64_t deadline;
        std::uint64_t order;
    };
    const std::size_t most_;
    std::mutex lock_;
    bool closed_ = false;
    std::uint64_t last_ = 0;
    std::unordered_map<const attempt*, entry> entries_;
};

}  // namespace strowger::sofia
