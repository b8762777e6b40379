// By what messages find their transaction: a keyed hash of 128 bits, so that a transaction keeps no
// strings for it and nobody outside can make two meet.
#pragma once

#include "message/message.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strowger::sofia {

struct transaction_key {
    std::uint64_t high = 0, low = 0;
    bool operator==(const transaction_key&) const = default;
    struct hash {
        std::size_t operator()(const transaction_key& key) const noexcept { return key.low; }
    };
};

// RFC 3261, 17.2.3: branch, sent-by and method, an ACK or CANCEL counting as its INVITE. Without
// the magic cookie (RFC 2543): Call-ID, From tag, CSeq number and top Via. The request has passed
// check().
transaction_key server_key(const message& request) noexcept;
// RFC 3261, 8.2.2.2: the same for every copy of a request that reached us by several ways.
transaction_key merged_key(const message& request) noexcept;
// RFC 3261, 17.1.3: branch, and method of the CSeq.
transaction_key client_key(std::string_view branch, std::string_view method) noexcept;

}  // namespace strowger::sofia
