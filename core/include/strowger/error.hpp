// How things fail: a code that programs read and a sentence that people read.
#pragma once

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace strowger {

enum class errc {
    not_found = 1,
    already_exists,
    invalid_argument,
    bad_syntax,
    not_permitted,
    unauthenticated,
    busy,
    timed_out,
    cancelled,
    unavailable,
    io_error,
    limit_reached,
    incompatible,
    unsupported,
    closed,
    internal,
};

// The code's own sentence, for messages that have no better one.
std::string_view to_string(errc code) noexcept;

// What failed, to what, why, and what to do. A value: it may leave the module that made it.
struct error {
    errc code = errc::internal;
    std::string text;
};

template <class T = void>
using result = boost::system::result<T, error>;

inline error fail(errc code, std::string text) { return error{code, std::move(text)}; }

// Thrown by result<T>::value() when there is none. For start-up and bugs only.
[[noreturn]] void throw_exception_from_error(const error& what,
                                             const boost::source_location& where);

}  // namespace strowger
