#include "config/source_file.hpp"

#include <strowger/text.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace strowger {

namespace {

struct descriptor {
    int number;
    ~descriptor() {
        if (number >= 0) ::close(number);
    }
};

std::string reason() { return std::strerror(errno); }

}  // namespace

source_file::source_file(std::string text, std::string shown)
    : text_(std::move(text)), name_(std::make_shared<const std::string>(std::move(shown))) {
    for (std::size_t at = text_.find('\n'); at != text_.npos; at = text_.find('\n', at + 1))
        line_ends_.push_back(at);
}

source_ref source_file::at(std::size_t offset) const {
    auto after = std::lower_bound(line_ends_.begin(), line_ends_.end(), offset);
    return {name_, static_cast<unsigned>(after - line_ends_.begin()) + 1};
}

result<source_file> source_file::read(const std::string& path, std::string shown,
                                      std::size_t most) {
    // O_NONBLOCK: opening a named pipe that nobody writes to must not hang.
    descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.number < 0) {
        auto code = errno == ENOENT ? errc::not_found : errc::io_error;
        // Read as root at the start, and later by the user of -u.
        auto advice = errno == EACCES ? "; give it, with chown or chmod, to the user that Strowger "
                                        "runs as"
                                      : "";
        return fail(code, cat("cannot be read: ", reason(), advice));
    }
    struct stat about {};
    if (::fstat(file.number, &about) != 0) return fail(errc::io_error, reason());
    if (!S_ISREG(about.st_mode))
        return fail(errc::io_error, "cannot be read: it is not a regular file");
    std::string text;
    auto too_large = [&] {
        return fail(errc::limit_reached,
                    "is too large: all configuration files together may have "
                    "100 MB");
    };
    if (std::cmp_greater(about.st_size, most)) return too_large();
    text.reserve(static_cast<std::size_t>(about.st_size));
    char block[65536];
    for (;;) {
        auto got = ::read(file.number, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(errc::io_error, cat("cannot be read: ", reason()));
        if (got == 0) break;
        text.append(block, static_cast<std::size_t>(got));
        if (text.size() > most) return too_large();
    }
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (text.starts_with(byte_order_mark)) text.erase(0, byte_order_mark.size());
    return source_file(std::move(text), std::move(shown));
}

}  // namespace strowger
