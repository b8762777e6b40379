#include "transport/stun.hpp"

namespace strowger::sofia {
namespace {

// RFC 5389, 6: type, length, magic cookie, transaction id of 96 bits.
constexpr std::size_t header_bytes = 20;
constexpr std::string_view cookie{"\x21\x12\xA4\x42", 4};
constexpr std::string_view binding_request{"\x00\x01", 2};
constexpr std::string_view binding_success{"\x01\x01", 2};
constexpr std::string_view xor_mapped_address{"\x00\x20", 2};

void append_16(std::string& out, std::size_t value) {
    out.push_back(static_cast<char>(value >> 8));
    out.push_back(static_cast<char>(value & 0xff));
}

// RFC 5389, 15.2: the address is XORed with the cookie and, for IPv6, the transaction id.
template <class Bytes>
void append_masked(std::string& out, const Bytes& bytes, std::string_view mask) {
    for (std::size_t i = 0; i < bytes.size(); ++i)
        out.push_back(static_cast<char>(bytes[i] ^ static_cast<unsigned char>(mask[i])));
}

}  // namespace

bool is_stun(std::string_view datagram) noexcept {
    return datagram.size() >= header_bytes &&
           (static_cast<unsigned char>(datagram[0]) & 0xc0) == 0 && datagram.substr(4, 4) == cookie;
}

std::string answer_stun(std::string_view request, const address& peer) {
    if (!is_stun(request) || !request.starts_with(binding_request)) return {};
    auto mask = request.substr(4, 16);
    std::string value;
    value.push_back('\0');
    value.push_back(peer.ip.is_v6() ? '\x02' : '\x01');
    append_16(value, peer.port ^ 0x2112u);
    if (peer.ip.is_v6())
        append_masked(value, peer.ip.to_v6().to_bytes(), mask);
    else
        append_masked(value, peer.ip.to_v4().to_bytes(), mask);

    std::string out(binding_success);
    append_16(out, 4 + value.size());
    out.append(mask).append(xor_mapped_address);
    append_16(out, value.size());
    return out + value;
}

}  // namespace strowger::sofia
