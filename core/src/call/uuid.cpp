#include "call/uuid.hpp"

#include <sys/random.h>
#include <array>
#include <cerrno>
#include <cstddef>
#include <stdexcept>

namespace strowger {
namespace {

// Random bytes are fetched by the page: one system call for 64 ids.
class random_bytes {
public:
    unsigned char next() {
        if (at_ == bytes_.size()) refill();
        return bytes_[at_++];
    }

private:
    void refill() {
        std::size_t have = 0;
        while (have < bytes_.size()) {
            auto got = ::getrandom(bytes_.data() + have, bytes_.size() - have, 0);
            if (got > 0)
                have += static_cast<std::size_t>(got);
            else if (errno != EINTR)
                throw std::runtime_error("the system gives no random numbers");
        }
        at_ = 0;
    }
    std::array<unsigned char, 1024> bytes_{};
    std::size_t at_ = bytes_.size();
};

}  // namespace

std::string make_uuid() {
    static constinit thread_local random_bytes source;
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(36);
    for (int i = 0; i < 16; ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) out.push_back('-');
        unsigned byte = source.next();
        if (i == 6) byte = (byte & 0x0fu) | 0x40u;  // the version
        if (i == 8) byte = (byte & 0x3fu) | 0x80u;  // the variant
        out.push_back(digits[byte >> 4]);
        out.push_back(digits[byte & 0x0fu]);
    }
    return out;
}

}  // namespace strowger
