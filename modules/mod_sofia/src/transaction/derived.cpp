#include "transaction/derived.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>

namespace strowger::sofia {

namespace {

// Both have the Request-URI, the one Via, Route, From, Call-ID and CSeq number of the INVITE.
std::string derive(const message& invite, const sip_to_t* to, sip_method_t method, const char* name,
                   const std::string& reason = {}) {
    const auto* asked = invite.sip();
    message made(msg_create(sip_default_mclass(), 0));
    if (!asked || !made || !asked->sip_request || !asked->sip_cseq) return {};
    auto* home = made.home();
    su_home_preload(home, 1, 1024);
    auto put = [&](auto* header) {
        if (header) msg_header_insert(made.msg(), nullptr, reinterpret_cast<msg_header_t*>(header));
    };
    auto twin = [&](const auto* header, bool all) -> msg_header_t* {
        const auto* plain = reinterpret_cast<const msg_header_t*>(header);
        if (!plain) return nullptr;
        return all ? msg_header_dup(home, plain) : msg_header_dup_one(home, plain);
    };
    put(sip_request_create(home, method, name,
                           reinterpret_cast<const url_string_t*>(asked->sip_request->rq_url),
                           nullptr));
    put(twin(asked->sip_via, false));
    put(twin(asked->sip_route, true));
    put(sip_max_forwards_make(home, "70"));
    put(twin(asked->sip_from, false));
    put(twin(to, false));
    put(twin(asked->sip_call_id, false));
    put(sip_cseq_create(home, asked->sip_cseq->cs_seq, static_cast<unsigned>(method), name));
    if (!reason.empty()) put(sip_reason_make(home, reason.c_str()));
    put(sip_content_length_create(home, 0));
    return made.print();
}

}  // namespace

std::string ack_text(const message& invite, const message& response) {
    return derive(invite, response.sip() ? response.sip()->sip_to : nullptr, sip_method_ack, "ACK");
}

std::string cancel_text(const message& invite, const std::string& reason) {
    return derive(invite, invite.sip() ? invite.sip()->sip_to : nullptr, sip_method_cancel,
                  "CANCEL", reason);
}

}  // namespace strowger::sofia
