#include "log/make.hpp"

#include <strowger/mask.hpp>

#include <spdlog/async.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/file_helper.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>

namespace strowger {

namespace {

// spdlog knows one level fewer than we do; "trace" stands for "notice".
spdlog::level::level_enum spdlog_level(log_level level) noexcept {
    switch (level) {
        case log_level::alert:
        case log_level::critical:
            return spdlog::level::critical;
        case log_level::error:
            return spdlog::level::err;
        case log_level::warning:
            return spdlog::level::warn;
        case log_level::notice:
            return spdlog::level::trace;
        case log_level::info:
            return spdlog::level::info;
        case log_level::debug:
            return spdlog::level::debug;
    }
    return spdlog::level::info;
}

// FreeSWITCH's words in its lines.
std::string_view word_of(log_level level) noexcept {
    switch (level) {
        case log_level::alert:
            return "ALERT";
        case log_level::critical:
            return "CRIT";
        case log_level::error:
            return "ERR";
        case log_level::warning:
            return "WARNING";
        case log_level::notice:
            return "NOTICE";
        case log_level::info:
            return "INFO";
        case log_level::debug:
            return "DEBUG";
    }
    return "?";
}

// What outsiders wrote is in many records: no escape sequence reaches a terminal, and no line that
// looks like a record of its own can be made by a line end.
std::string fit(std::string text) {
    auto special = [](char c) {
        return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f;
    };
    if (std::none_of(text.begin(), text.end(), special)) return text;
    std::string out;
    out.reserve(text.size() + 64);
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
        if (c == '\n')
            out += i + 1 < text.size() && text[i + 1] != ' ' ? "\n    " : "\n";
        else
            out += special(c) ? '?' : c;
    }
    return out;
}

// The log file; opened again when asked to, by the log's thread.
class file_sink final : public spdlog::sinks::base_sink<std::mutex> {
public:
    explicit file_sink(const std::string& name) { file_.open(name); }
    void reopen() { reopen_.store(true); }

protected:
    void sink_it_(const spdlog::details::log_msg& record) override {
        if (reopen_.exchange(false)) file_.reopen(false);
        spdlog::memory_buf_t line;
        formatter_->format(record, line);
        file_.write(line);
    }
    void flush_() override {
        if (reopen_.exchange(false)) file_.reopen(false);
        file_.flush();
    }

private:
    spdlog::details::file_helper file_;
    std::atomic<bool> reopen_{false};
};

class spdlog_log final : public core_log {
public:
    explicit spdlog_log(const log_options& options)
        : queue_(std::make_shared<spdlog::details::thread_pool>(options.records, 1)) {
        std::vector<spdlog::sink_ptr> sinks;
        if (options.console) {
            auto mode = options.colour ? spdlog::color_mode::always : spdlog::color_mode::never;
            console_ = std::make_shared<spdlog::sinks::stdout_color_sink_mt>(mode);
            console_->set_color(spdlog::level::trace, console_->cyan);
            console_->set_color(spdlog::level::debug, console_->yellow);
            console_->set_color(spdlog::level::info, console_->green);
            console_->set_color(spdlog::level::warn, console_->magenta);
            console_->set_color(spdlog::level::err, console_->red);
            console_->set_color(spdlog::level::critical, console_->red_bold);
            console_->set_pattern("%^%Y-%m-%d %H:%M:%S.%e %v%$");
            sinks.push_back(console_);
        }
        if (!options.file.empty()) {
            file_ = std::make_shared<file_sink>(options.file);
            file_->set_pattern("%Y-%m-%d %H:%M:%S.%e %v");
            sinks.push_back(file_);
        }
        for (auto& each : sinks) each->set_level(spdlog::level::trace);
        logger_ =
            std::make_shared<spdlog::async_logger>("strowger", sinks.begin(), sinks.end(), queue_,
                                                   spdlog::async_overflow_policy::overrun_oldest);
        logger_->set_level(spdlog::level::trace);
        logger_->flush_on(spdlog::level::err);
        // A full disk: counted, and never printed by spdlog itself.
        logger_->set_error_handler([failed = failed_](const std::string&) { ++*failed; });
    }

    void write(log_level level, std::string_view module, std::string text) noexcept override {
        try {
            auto line =
                cat("[", word_of(level), "] ", module, ": ", fit(mask_keys(std::move(text))));
            logger_->log(spdlog_level(level), spdlog::string_view_t(line.data(), line.size()));
        } catch (...) {
            ++*failed_;  // no memory for a record: it is dropped
        }
    }
    void reopen() override {
        if (file_) file_->reopen();
        logger_->flush();
    }
    void close_console() override {
        if (console_) console_->set_level(spdlog::level::off);
    }
    void flush() override { logger_->flush(); }
    std::uint64_t dropped() const noexcept override {
        return failed_->load() + queue_->overrun_counter();
    }

private:
    std::shared_ptr<std::atomic<std::uint64_t>> failed_ =
        std::make_shared<std::atomic<std::uint64_t>>(0);
    std::shared_ptr<spdlog::sinks::stdout_color_sink_mt> console_;
    std::shared_ptr<file_sink> file_;
    std::shared_ptr<spdlog::async_logger> logger_;
    // Goes first: its thread, which is joined then, never releases the logger last.
    std::shared_ptr<spdlog::details::thread_pool> queue_;
};

}  // namespace

std::unique_ptr<core_log> make_log(log_options options) {
    try {
        return std::make_unique<spdlog_log>(options);
    } catch (const spdlog::spdlog_ex& failed) {
        throw std::runtime_error(cat("the log file ", options.file,
                                     " cannot be opened: ", std::string_view(failed.what()),
                                     "; give another directory with -log"));
    }
}

}  // namespace strowger
