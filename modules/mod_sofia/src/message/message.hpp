// One SIP message, as sofia-sip's parser keeps it. It has one owner and moves; it is never shared
// between threads (sofia-sip's memory is not made for that), but may be handed from one to another.
#pragma once

#include <strowger/error.hpp>

#include <sofia-sip/msg.h>
#include <sofia-sip/sip.h>

#include <string>
#include <string_view>
#include <utility>

namespace strowger::sofia {

class message {
public:
    message() = default;
    explicit message(msg_t* taken) noexcept : msg_(taken) {}
    message(message&& other) noexcept : msg_(std::exchange(other.msg_, nullptr)) {}
    message& operator=(message&& other) noexcept {
        std::swap(msg_, other.msg_);
        return *this;
    }
    ~message();

    // Parses one whole message (a datagram, or what the stream reader cut out). errc::bad_syntax:
    // it has no start line that can be understood. A message with broken or missing headers is
    // given: check() says what is wrong with it, so that it can be answered with 400.
    static result<message> parse(std::string_view bytes);
    // Why this request or response must not be processed, or empty (RFC 3261 8.1.1, 16.3).
    std::string check() const;
    // The same, with the status that answers it: 400, 416 (scheme of the Request-URI) or 505.
    std::string check(int& status) const;

    explicit operator bool() const noexcept { return msg_ != nullptr; }
    msg_t* msg() const noexcept { return msg_; }
    sip_t* sip() const noexcept;
    su_home_t* home() const noexcept;

    bool is_request() const noexcept;
    sip_method_t method() const noexcept;  // of the request, or of the CSeq of a response
    std::string_view method_name() const noexcept;
    int status() const noexcept;  // 0 for a request
    std::string_view body() const noexcept;
    std::string_view call_id() const noexcept;
    std::string_view from_tag() const noexcept;
    std::string_view to_tag() const noexcept;

    // The message as it goes on the wire.
    std::string print() const;

private:
    msg_t* msg_ = nullptr;
};

// A copy in memory of its own.
message copy(const message& other);

}  // namespace strowger::sofia
