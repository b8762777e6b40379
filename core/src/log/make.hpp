// How the core makes its log: records go to a bounded queue, a thread of the log's own writes them
// to the terminal and to a file. A terminal that stands still or a full disk stops nobody: the
// oldest records are dropped and counted.
#pragma once

#include <strowger/log.hpp>

#include <cstdint>
#include <memory>
#include <string>

namespace strowger {

struct log_options {
    bool console = true;
    bool colour = false;         // when the console is a terminal
    std::string file;            // empty: none
    std::size_t records = 4096;  // the queue's size
};

class core_log : public log_sink {
public:
    // Closes and opens the file again, as after it was renamed. Control loop.
    virtual void reopen() = 0;
    // Stops writing to the console (the program goes to the background). Control loop.
    virtual void close_console() = 0;
    // Hands everything that waits to the system, asynchronously.
    virtual void flush() = 0;
    // Records that were dropped because the queue was full or could not be written.
    virtual std::uint64_t dropped() const noexcept = 0;
};

// Throws std::runtime_error when the file cannot be opened, naming it and the reason.
std::unique_ptr<core_log> make_log(log_options options);

}  // namespace strowger
