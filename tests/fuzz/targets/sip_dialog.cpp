// What a dialog and a transaction take out of a request or a response that has passed its check.
#include "../fixed_flow.hpp"
#include "../target.hpp"

#include "dialog/dialog.hpp"
#include "dialog/fields.hpp"
#include "dialog/nat.hpp"
#include "transaction/key.hpp"
#include "transaction/route_back.hpp"

#include <strowger/text.hpp>

#include <memory>
#include <string>

namespace strowger::sofia {
namespace {

bool one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

// A request of ours in a dialog that the peer's texts made. It may be impossible to make; it is
// never another message than we meant.
void check_requests(dialog& talk) {
    for (auto method : {"INVITE", "BYE"}) {
        auto parts = talk.request(method);
        if (!parts) continue;
        for (const auto& each : parts->routes) STROWGER_PROMISE(one_line(each));
        auto made = make_request(*parts);
        if (!made) continue;
        auto read = message::parse(made->print());
        STROWGER_PROMISE(read);
        STROWGER_PROMISE(read->method_name() == method);
        STROWGER_PROMISE(read->call_id() == talk.call_id());
        STROWGER_PROMISE(!read->sip()->sip_unknown && !read->sip()->sip_payload);
    }
    (void)talk.next_hop();
}

void check_fields(const message& of) {
    const auto& sip = *of.sip();
    for (const auto* side : {sip.sip_from, sip.sip_to}) {
        STROWGER_PROMISE(one_line(address_text(side)));
        (void)user_text(side->a_url);
        (void)display_text(side->a_display);
    }
    STROWGER_PROMISE(one_line(content_type(of)));
    (void)unknown_header(of, "X-Test");
    (void)is_stale(sip.sip_www_authenticate);
    STROWGER_PROMISE(sdp_of(of).size() <= of.body().size());
    for (const auto& each : record_routes(of, true)) STROWGER_PROMISE(one_line(each));
}

void check_request(message& request) {
    fuzz::fixed_flow from(transport_kind::udp);
    STROWGER_PROMISE(server_key(request) == server_key(request));
    (void)merged_key(request);
    (void)behind_nat(request, from);
    auto talk = dialog::of_request(request, "ours");
    check_requests(talk);
    mark_source(request, from);
    auto back = response_flow(request, std::make_shared<fuzz::fixed_flow>(transport_kind::udp),
                              [](const address& where) -> flow_ptr {
                                  STROWGER_PROMISE(where.port != 0);
                                  return nullptr;
                              });
    STROWGER_PROMISE(back);
    (void)request.print();
}

}  // namespace

STROWGER_FUZZ_TARGET(sip_dialog) {
    auto read = message::parse(bytes);
    if (!read || !read->check().empty()) return;
    check_fields(*read);
    if (read->is_request()) return check_request(*read);
    request_parts sent;
    sent.request_uri = "sip:b@192.0.2.2";
    sent.from = "<sip:a@192.0.2.1>;tag=1";
    sent.to = "<sip:b@192.0.2.2>";
    sent.call_id = "c";
    auto talk = dialog::of_response(sent, *read);
    check_requests(talk);
    talk.confirm_by(*read);
    check_requests(talk);
}

}  // namespace strowger::sofia
