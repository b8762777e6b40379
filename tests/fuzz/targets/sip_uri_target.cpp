// Addresses as operators and dial strings write them: sofia/…, gateways' hosts, URIs.
#include "../target.hpp"

#include "dialog/fields.hpp"
#include "dialog/nat.hpp"
#include "gateway/target.hpp"
#include "message/build.hpp"
#include "profile/target.hpp"
#include "transport/flow.hpp"

#include <string>

namespace strowger::sofia {
namespace {

bool one_line(std::string_view text) {
    return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

// A request to what was taken for an address has no header but ours.
void check_request(const std::string& uri, const std::string& path) {
    request_parts parts;
    parts.request_uri = uri;
    parts.from = "<sip:a@192.0.2.1>;tag=1";
    parts.to = "<sip:b@192.0.2.2>";
    parts.call_id = "c";
    parts.headers = {{"Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"}};
    if (!path.empty()) parts.routes.push_back("<" + path + ">");
    auto made = make_request(parts);
    if (!made) return;
    // Start line, eight headers or seven, empty line; and no line end but theirs.
    auto text = made->print();
    std::size_t lines = 0;
    for (auto at = text.find_first_of("\r\n"); at != text.npos;
         at = text.find_first_of("\r\n", at + 2), ++lines)
        STROWGER_PROMISE(std::string_view(text).substr(at, 2) == "\r\n");
    STROWGER_PROMISE(lines == (path.empty() ? 9u : 10u));
    // A strange host may make a URI that nobody can read.
    auto read = message::parse(text);
    if (!read || !read->check().empty()) return;
    STROWGER_PROMISE(!read->sip()->sip_unknown && !read->sip()->sip_payload);
}

void check_target(const dial_target& target) {
    for (const auto* each : {&target.profile, &target.gateway, &target.number, &target.uri,
                             &target.path, &target.text, &target.user, &target.domain, &target.to})
        STROWGER_PROMISE(one_line(*each));
    switch (target.what) {
        case dial_target::kind::gateway:
            STROWGER_PROMISE(!target.gateway.empty() && !target.number.empty());
            (void)escape_user(target.number);
            break;
        case dial_target::kind::registered:
            STROWGER_PROMISE(!target.user.empty() && !target.domain.empty());
            break;
        case dial_target::kind::uri:
            STROWGER_PROMISE(!target.profile.empty() && !target.parts.host.empty());
            STROWGER_PROMISE(target.uri == without_param(target.uri, "fs_path"));
            check_request(target.uri, target.path);
            break;
    }
}

}  // namespace

STROWGER_FUZZ_TARGET(sip_uri_target) {
    if (auto target = parse_target(bytes)) check_target(*target);
    uri_target parts;
    if (split_uri(bytes, parts)) STROWGER_PROMISE(!parts.host.empty());
    address where;
    if (numeric_target(bytes, where)) STROWGER_PROMISE(where.port != 0);
    (void)inside_brackets(bytes);
    (void)display_text(std::string(bytes).c_str());
    STROWGER_PROMISE(one_line(quote_display(bytes)));
    // What is escaped comes back the same.
    auto escaped = escape_user(bytes.substr(0, 200));
    STROWGER_PROMISE(escaped.find_first_of("@:;<>\" \r\n") == escaped.npos);

    if (auto read = parse_address(bytes, 5060)) {
        auto again = parse_address(to_string(*read), 1);
        STROWGER_PROMISE(again && again->port == read->port);
        // A scope ("%1") is not printed by every system the way it was read.
        if (!read->ip.is_v6() || read->ip.to_v6().scope_id() == 0)
            STROWGER_PROMISE(again->ip == read->ip);
    }
    for (auto kind : {transport_kind::udp, transport_kind::tcp, transport_kind::tls}) {
        auto gateway = read_target(bytes, kind);
        if (!gateway) continue;
        STROWGER_PROMISE(gateway->uri.find_first_of("\r\n") == std::string::npos);
        STROWGER_PROMISE(!gateway->host.empty() && gateway->port != 0);
        check_request(gateway->uri, {});
    }
}

}  // namespace strowger::sofia
