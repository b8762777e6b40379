// A REGISTER: read, planned, and printed as an address that a dial string can hold.
#include "../fixed_flow.hpp"
#include "../target.hpp"

#include "call/dial_string.hpp"
#include "profile/target.hpp"
#include "registrar/plan.hpp"
#include "registrar/registrar.hpp"
#include "registrar/request.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

namespace strowger::sofia {
namespace {

// In any case of letters, and where a % may hide one.
bool says_tls(std::string_view address) {
    for (std::size_t at = 0; at < address.size(); ++at)
        if (iequals(address.substr(at, 13), "transport=tls")) return true;
    return false;
}

// RFC 3261, 10.3, and that no contact gets out of its place in a dial string.
void check_binding(const binding& one) {
    auto text = contact_text(one);
    STROWGER_PROMISE(says_tls(text) == (one.transport == "tls"));
    auto parsed = parse_dial_string(text);
    STROWGER_PROMISE(parsed);
    STROWGER_PROMISE(parsed->alternatives.size() == 1 && parsed->alternatives[0].size() == 1);
    const auto& leg = parsed->alternatives[0][0];
    STROWGER_PROMISE(leg.kind == "sofia" && leg.vars.size() == 0);
    STROWGER_PROMISE(leg.address.find('$') == std::string::npos);
    auto target = parse_target(leg.address);
    if (target) STROWGER_PROMISE(target->profile == one.profile);
}

void check_register(const message& request, transport_kind kind) {
    fuzz::fixed_flow from(kind);
    auto asked = read_register(request, from);
    if (!asked) {
        STROWGER_PROMISE(asked.error().status >= 400);
        return;
    }
    asked->user = "1000";
    asked->domain = "example.com";
    registrar_settings settings;
    settings.profile = "internal";
    wall_time now{std::chrono::hours(500'000)};
    auto nobody_gone = [](const binding&) { return false; };
    auto plan = plan_registration(*asked, {}, settings, "node", now, nobody_gone);
    STROWGER_PROMISE(plan.status == 200 || !plan.changes());
    STROWGER_PROMISE(plan.change.put.size() <= settings.max_contacts);
    std::vector<const binding*> known;
    for (const auto& each : plan.change.put) {
        STROWGER_PROMISE(each.expires > now && each.expires <= now + std::chrono::hours(1));
        STROWGER_PROMISE(same_contact(each.contact, each.contact));
        check_binding(each);
        known.push_back(&each);
    }
    if (known.empty()) return;
    // The same request again comes too late (10.3, 7); with the next CSeq it changes no contact.
    auto again = plan_registration(*asked, known, settings, "node", now, nobody_gone);
    STROWGER_PROMISE(again.status != 200 || !again.changes() || asked->contacts.empty());
    ++asked->cseq;
    auto next = plan_registration(*asked, known, settings, "node", now, nobody_gone);
    STROWGER_PROMISE(next.status == 200 && next.change.put.size() == known.size());
}

}  // namespace

STROWGER_FUZZ_TARGET(registration) {
    if (bytes.size() > 16384) return;
    auto request = message::parse(bytes);
    if (!request || !request->check().empty() || !request->is_request()) return;
    for (auto kind : {transport_kind::udp, transport_kind::tcp, transport_kind::tls})
        check_register(*request, kind);
}

}  // namespace strowger::sofia
