// Connections in the making (connecting, TLS handshake): each has a deadline, and all of them end
// when the profile stops. Any thread.
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
    // Times are those of the profile's tick, in milliseconds. False: the list is closed.
    bool add(const std::shared_ptr<attempt>& which, std::int64_t deadline);
    void remove(const attempt* which) noexcept;
    void expire(std::int64_t now);
    void close();

private:
    struct entry {
        std::weak_ptr<attempt> which;
        std::int64_t deadline;
    };
    std::mutex lock_;
    bool closed_ = false;
    std::unordered_map<const attempt*, entry> entries_;
};

}  // namespace strowger::sofia
