#include <strowger/calls.hpp>
#include <strowger/error.hpp>

#include <stdexcept>

namespace strowger {

std::string_view to_string(errc code) noexcept {
    switch (code) {
        case errc::not_found:
            return "there is no such thing";
        case errc::already_exists:
            return "it exists already";
        case errc::invalid_argument:
            return "the value is not one that is allowed";
        case errc::bad_syntax:
            return "the text cannot be understood";
        case errc::not_permitted:
            return "that is not permitted";
        case errc::unauthenticated:
            return "nobody proved who is asking";
        case errc::busy:
            return "it is in use";
        case errc::timed_out:
            return "it took too long";
        case errc::cancelled:
            return "it was cancelled";
        case errc::unavailable:
            return "it cannot be reached now";
        case errc::io_error:
            return "reading or writing failed";
        case errc::limit_reached:
            return "a limit is reached";
        case errc::incompatible:
            return "the two sides do not fit";
        case errc::unsupported:
            return "that is not supported";
        case errc::closed:
            return "it is closed";
        case errc::internal:
            return "an internal error";
    }
    return "an unknown error";
}

void throw_exception_from_error(const error& what, const boost::source_location&) {
    throw std::runtime_error(what.text.empty() ? std::string(to_string(what.code)) : what.text);
}

void throw_exception_from_error(const endpoint::failure& what, const boost::source_location&) {
    throw std::runtime_error(what.text);
}

void throw_exception_from_error(const originate_failure& what, const boost::source_location&) {
    throw std::runtime_error(what.text);
}

}  // namespace strowger
