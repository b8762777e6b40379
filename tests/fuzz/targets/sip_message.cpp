// One SIP message from the network: parsed, judged, printed, answered.
#include "../target.hpp"

#include "message/build.hpp"
#include "message/head.hpp"
#include "message/message.hpp"

#include <strowger/text.hpp>

#include <string>

namespace strowger::sofia {
namespace {

bool is_plain(const url_t* uri) {
    bool known = uri->url_type == url_sip || uri->url_type == url_sips;
    return known && uri->url_host && *uri->url_host && !uri->url_path && !uri->url_fragment;
}

// Only headers that every request has, with SIP URIs in them. Of stranger ones sofia-sip prints
// some differently from what it read; we never send those on.
bool is_plain(const message& one) {
    const auto& sip = *one.sip();
    for (const auto* via = sip.sip_via; via; via = via->v_next) {
        std::string_view host = via->v_host ? via->v_host : "";
        if (!iequals(std::string_view(via->v_protocol).substr(0, 8), "SIP/2.0/") || host.empty() ||
            host.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyz.-") != host.npos ||
            via->v_comment)
            return false;
    }
    if (!is_plain(sip.sip_from->a_url) || !is_plain(sip.sip_to->a_url)) return false;
    if (sip.sip_request && !is_plain(sip.sip_request->rq_url)) return false;
    if (sip.sip_contact && !is_plain(sip.sip_contact->m_url)) return false;
    for (const void* other :
         {static_cast<const void*>(sip.sip_route), static_cast<const void*>(sip.sip_record_route),
          static_cast<const void*>(sip.sip_refer_to), static_cast<const void*>(sip.sip_path),
          static_cast<const void*>(sip.sip_error)})
        if (other) return false;
    return true;
}

// What was fit to be processed stays so on its way through us, and printing comes to rest.
void check_printing(const message& from, std::size_t size) {
    auto text = from.print();
    // Compact names become long ones, and a list gets blanks: a few times longer, no more.
    STROWGER_PROMISE(text.size() <= 16 * size + 1024);
    auto again = message::parse(text);
    STROWGER_PROMISE(again);
    STROWGER_PROMISE(again->check().empty());
    // A Content-Length of ours stands last in the first printing; then all are in their own order.
    auto second = again->print();
    auto third = message::parse(second);
    STROWGER_PROMISE(third && third->print() == second);
    // sofia-sip's copy of a URI has its scheme in lower case.
    STROWGER_PROMISE(iequals(copy(*again).print(), second));
    STROWGER_PROMISE(again->method() == from.method() && again->status() == from.status());
    STROWGER_PROMISE(again->call_id() == from.call_id());
    STROWGER_PROMISE(again->body() == from.body());
}

void check_answer(const message& request, int status) {
    auto answer = make_response(request, status, {}, {});
    auto read = message::parse(answer.print());
    STROWGER_PROMISE(read);
    STROWGER_PROMISE(read->status() == status);
    STROWGER_PROMISE(read->check().empty());
    STROWGER_PROMISE(read->call_id() == request.call_id());
    STROWGER_PROMISE(read->from_tag() == request.from_tag());
    STROWGER_PROMISE(!read->to_tag().empty() || status == 100);
}

}  // namespace

STROWGER_FUZZ_TARGET(sip_message) {
    auto head = scan_head(bytes);
    STROWGER_PROMISE(head.problem || head.body <= bytes.size());
    auto read = message::parse(bytes);
    if (!read) {
        STROWGER_PROMISE(!read.error().text.empty());
        return;
    }
    STROWGER_PROMISE(read->body().size() <= bytes.size());
    int status = 0;
    auto problem = read->check(status);
    (void)read->method_name();
    (void)read->print();
    if (problem.empty()) {
        if (!is_plain(*read)) {
            (void)make_response(*read, 200, {}, {}).print();
            return;
        }
        check_printing(*read, bytes.size());
        if (read->is_request())
            for (int answer : {100, 180, 200, 486}) check_answer(*read, answer);
        return;
    }
    STROWGER_PROMISE(status == 400 || status == 416 || status == 505);
    // What is wrong with it is said to its sender: that must not fail.
    if (read->is_request()) (void)make_response(*read, status, problem).print();
}

}  // namespace strowger::sofia
