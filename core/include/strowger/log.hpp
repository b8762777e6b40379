// The log, as a module sees it. Callable on any thread but a media thread; never blocks: records go
// to a bounded queue and are counted when it is full.
#pragma once

#include <strowger/text.hpp>

#include <atomic>
#include <string>
#include <string_view>

namespace strowger {

// In FreeSWITCH's order, quietest first.
enum class log_level : int { alert = 1, critical, error, warning, notice, info, debug };

std::string_view to_string(log_level level) noexcept;

// Where records go. Implemented by the core; tests capture.
class log_sink {
public:
    virtual ~log_sink();
    virtual void write(log_level level, std::string_view module, std::string text) noexcept = 0;
};

class logger {
public:
    logger(std::string module, log_sink& sink, log_level level = log_level::info)
        : module_(std::move(module)), sink_(&sink), level_(static_cast<int>(level)) {}

    bool wants(log_level level) const noexcept {
        return static_cast<int>(level) <= level_.load(std::memory_order_relaxed);
    }
    void set_level(log_level level) noexcept {
        level_.store(static_cast<int>(level), std::memory_order_relaxed);
    }
    const std::string& module() const noexcept { return module_; }

    template <class... Parts>
    void write(log_level level, const Parts&... parts) const noexcept {
        if (wants(level)) sink_->write(level, module_, cat(parts...));
    }
    template <class... Parts>
    void debug(const Parts&... parts) const noexcept {
        write(log_level::debug, parts...);
    }
    template <class... Parts>
    void info(const Parts&... parts) const noexcept {
        write(log_level::info, parts...);
    }
    template <class... Parts>
    void notice(const Parts&... parts) const noexcept {
        write(log_level::notice, parts...);
    }
    template <class... Parts>
    void warning(const Parts&... parts) const noexcept {
        write(log_level::warning, parts...);
    }
    template <class... Parts>
    void error(const Parts&... parts) const noexcept {
        write(log_level::error, parts...);
    }
    template <class... Parts>
    void critical(const Parts&... parts) const noexcept {
        write(log_level::critical, parts...);
    }

private:
    std::string module_;
    log_sink* sink_;
    std::atomic<int> level_;
};

}  // namespace strowger
