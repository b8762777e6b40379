#include "transaction/key.hpp"

#include "message/random.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/sip_header.h>

namespace strowger::sofia {

namespace {

std::string_view view(const char* text) noexcept {
    return text ? std::string_view(text) : std::string_view{};
}

transaction_key finish(keyed_hash& hash) noexcept {
    transaction_key key;
    key.low = hash.finish();
    key.high = hash.finish_more();
    return key;
}

// Host names do not differ by case (RFC 3261, 17.2.3 compares sent-by as 20.42 does).
void add_host(keyed_hash& hash, std::string_view host) noexcept {
    char lower[64];
    while (!host.empty()) {
        auto part = host.substr(0, sizeof lower);
        for (std::size_t i = 0; i < part.size(); ++i) lower[i] = ascii_lower(part[i]);
        hash.add({lower, part.size()});
        host.remove_prefix(part.size());
    }
}

}  // namespace

transaction_key server_key(const message& request) noexcept {
    const auto& sip = *request.sip();
    const auto& via = *sip.sip_via;
    keyed_hash hash;
    auto branch = view(via.v_branch);
    hash.add(branch);
    add_host(hash, view(via.v_host));
    hash.add(view(via.v_port));
    auto method = request.method();
    bool as_invite = method == sip_method_ack || method == sip_method_cancel;
    hash.add(as_invite ? "INVITE" : request.method_name());
    // RFC 3261, 8.1.1.7: the cookie, compared without case as 17.2.3's elements must bear it.
    if (branch.size() <= 7 || !iequals(branch.substr(0, 7), "z9hG4bK")) {
        hash.add(request.call_id());
        hash.add(request.from_tag());
        hash.add(std::uint64_t{sip.sip_cseq->cs_seq});
    }
    return finish(hash);
}

transaction_key merged_key(const message& request) noexcept {
    keyed_hash hash;
    hash.add(request.call_id());
    hash.add(request.from_tag());
    hash.add(std::uint64_t{request.sip()->sip_cseq->cs_seq});
    hash.add(request.method_name());
    return finish(hash);
}

transaction_key client_key(std::string_view branch, std::string_view method) noexcept {
    keyed_hash hash;
    hash.add(branch);
    hash.add(method);
    return finish(hash);
}

}  // namespace strowger::sofia
