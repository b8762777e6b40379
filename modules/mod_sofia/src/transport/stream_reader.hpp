// Cuts a stream into SIP messages (RFC 3261, 18.3) and keep-alives (RFC 5626, 3.5.1). Does no I/O;
// any split of the bytes gives the same result. One for each connection, on its edge thread.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace strowger::sofia {

class stream_reader {
public:
    struct limits {
        std::size_t message_bytes = 65535;  // head and body together
        std::size_t headers = 200;
    };
    enum class kind {
        message,  // `bytes` is one whole message
        ping,     // CRLF CRLF: to be answered with CRLF
        refused,  // answer `bytes` (a head) with `status` and close
        garbage,  // this is no SIP: close
    };
    struct item {
        kind what = kind::garbage;
        std::string_view bytes;  // until the next call of feed() or next()
        int status = 0;          // for refused: 400 or 513
        std::string_view why;    // for refused and garbage; a constant
    };

    explicit stream_reader(limits most) noexcept : most_(most) {}
    void feed(std::string_view bytes);
    // The next item, or nothing until more is fed. After refused and garbage always nothing.
    std::optional<item> next();
    std::size_t buffered() const noexcept { return buffer_.size() - start_; }

private:
    item broken(std::string_view why) noexcept;
    item refuse(int status, std::string_view why) noexcept;
    std::optional<item> skip_blank_lines();
    std::optional<item> check_start() noexcept;
    std::optional<item> read_head() noexcept;

    limits most_;
    std::string buffer_;
    std::size_t start_ = 0;    // of what is not consumed
    std::size_t scanned_ = 0;  // from start_: no end of the head before this
    std::size_t head_ = 0;     // bytes of the head once it is complete
    std::size_t body_ = 0;     // what Content-Length says
    int line_ends_ = 0;        // CRLFs in a row before a message: two are a ping
    bool start_good_ = false;  // the start line was seen and is one
    bool failed_ = false;
};

}  // namespace strowger::sofia
