#include "message/build.hpp"

#include "message/random.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/msg_header.h>
#include <sofia-sip/msg_mclass.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>
#include <sofia-sip/su_alloc.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace strowger::sofia {

using namespace std::string_literals;
using namespace std::string_view_literals;

namespace {

// RFC 3261, 25.1.
constexpr bool is_token_char(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           "-.!%*_+`'~"sv.find(c) != std::string_view::npos;
}

constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

// No line end and no NUL: what would begin another header, or end the text early.
bool is_one_line(std::string_view text) noexcept {
    return text.find_first_of("\r\n\0"sv) == std::string_view::npos;
}

error injected(std::string_view where) {
    return fail(errc::bad_syntax, cat("the ", where, " has a line end or a NUL in it"));
}

// The name is what sofia-sip's table of headers is searched for.
const msg_href_t* header_named(std::string_view name) {
    return msg_find_hclass(sip_default_mclass(), std::string(name).c_str(), nullptr);
}

result<void> add_one(message& to, msg_hclass_t* kind, std::string_view name,
                     const std::string& value) {
    if (!is_one_line(value)) return injected(name);
    auto* header = msg_header_make(to.home(), kind, value.c_str());
    if (!header || msg_header_insert(to.msg(), nullptr, header) < 0)
        return fail(errc::bad_syntax, cat("'", value, "' is no value of a ", name, " header"));
    return {};
}

result<void> add_request_line(message& to, const request_parts& parts) {
    if (!is_token(parts.method))
        return fail(errc::bad_syntax, cat("'", parts.method, "' is no method"));
    const auto& uri = parts.request_uri;
    if (!is_one_line(uri)) return injected("Request-URI");
    // A blank or a bracket in it would end it early.
    auto text = cat(parts.method, ' ', uri, " SIP/2.0");
    auto* line = uri.find_first_of(" \t<>\"") == std::string::npos
                     ? msg_header_make(to.home(), sip_request_class, text.c_str())
                     : nullptr;
    auto* target = line ? reinterpret_cast<sip_request_t*>(line)->rq_url : nullptr;
    if (!target || target->url_type == url_invalid || target->url_type == url_any)
        return fail(errc::bad_syntax, cat("'", uri, "' is no URI to send a request to"));
    // RFC 3261, 19.1.1: headers of a URI are not part of a Request-URI.
    target->url_headers = nullptr;
    if (msg_header_insert(to.msg(), nullptr, line) < 0)
        return fail(errc::limit_reached, "no memory for a request"s);
    return {};
}

std::string derived_tag(const sip_t& request) {
    keyed_hash hash;
    hash.add(request.sip_call_id ? request.sip_call_id->i_id : "");
    hash.add(request.sip_from && request.sip_from->a_tag ? request.sip_from->a_tag : "");
    hash.add(request.sip_cseq ? request.sip_cseq->cs_seq : 0);
    hash.add(request.sip_via && request.sip_via->v_branch ? request.sip_via->v_branch : "");
    std::string tag;
    append_hex(tag, hash.finish());
    return tag;
}

// RFC 3261, 12.1.1: these make dialogs when answered with 101 to 299.
bool forms_dialog(sip_method_t method) noexcept {
    return method == sip_method_invite || method == sip_method_subscribe ||
           method == sip_method_refer || method == sip_method_notify;
}

template <class Header>
void copy_header(message& to, const Header* header) {
    if (!header) return;
    auto* twin = msg_header_dup(to.home(), reinterpret_cast<const msg_header_t*>(header));
    if (twin) msg_header_insert(to.msg(), nullptr, twin);
}

}  // namespace

message make_response(const message& request, int status, std::string_view phrase,
                      std::string_view to_tag) {
    const auto* asked = request.sip();
    message made(msg_create(sip_default_mclass(), 0));
    if (!asked || !made) return made;
    auto* home = made.home();
    su_home_preload(home, 1, 1536);
    if (phrase.empty() || !is_one_line(phrase)) phrase = status_phrase(status);
    auto* line = sip_status_create(
        home, static_cast<unsigned>(std::clamp(status, 100, 699)),
        su_strndup(home, phrase.data(), static_cast<isize_t>(phrase.size())), nullptr);
    if (!line) return made;
    msg_header_insert(made.msg(), nullptr, reinterpret_cast<msg_header_t*>(line));
    // RFC 3261, 8.2.6.2.
    copy_header(made, asked->sip_via);
    if (status > 100 && status < 300 && asked->sip_record_route && forms_dialog(request.method()))
        copy_header(made, asked->sip_record_route);
    copy_header(made, asked->sip_from);
    copy_header(made, asked->sip_to);
    copy_header(made, asked->sip_call_id);
    copy_header(made, asked->sip_cseq);
    // RFC 3261, 8.2.6.1.
    if (status == 100) copy_header(made, asked->sip_timestamp);
    auto* to = made.sip()->sip_to;
    if (to && !to->a_tag && status > 100) {
        auto tag = is_token(to_tag) ? std::string(to_tag) : derived_tag(*asked);
        sip_to_tag(home, to, tag.c_str());
    }
    set_body(made, {}, {});
    return made;
}

result<message> make_request(const request_parts& parts) {
    message made(msg_create(sip_default_mclass(), 0));
    if (!made) return fail(errc::limit_reached, "no memory for a request"s);
    su_home_preload(made.home(), 1, 1536);
    if (auto done = add_request_line(made, parts); !done) return done.error();
    for (const auto& route : parts.routes)
        if (auto done = add_one(made, sip_route_class, "Route", route); !done) return done.error();
    const std::array<std::tuple<msg_hclass_t*, std::string_view, std::string>, 5> fixed{{
        {sip_from_class, "From", parts.from},
        {sip_to_class, "To", parts.to},
        {sip_call_id_class, "Call-ID", parts.call_id},
        {sip_cseq_class, "CSeq", cat(parts.cseq, ' ', parts.method)},
        {sip_max_forwards_class, "Max-Forwards", cat(parts.max_forwards)},
    }};
    for (const auto& [kind, name, value] : fixed)
        if (auto done = add_one(made, kind, name, value); !done) return done.error();
    if (!parts.contact.empty())
        if (auto done = add_one(made, sip_contact_class, "Contact", parts.contact); !done)
            return done.error();
    for (const auto& [name, value] : parts.headers)
        if (auto done = add_header(made, name, value); !done) return done.error();
    if (!is_one_line(parts.content_type)) return injected("Content-Type");
    set_body(made, parts.content_type, parts.body);
    if (!parts.content_type.empty() && !made.sip()->sip_content_type)
        return fail(errc::bad_syntax, cat("'", parts.content_type, "' is no content type"));
    return made;
}

result<void> add_header(message& to, std::string_view name, std::string_view value) {
    if (!to) return fail(errc::invalid_argument, "a header was added to no message"s);
    if (!is_token(name)) return fail(errc::bad_syntax, cat("'", name, "' is no header name"));
    if (!is_one_line(value)) return injected(name);
    const auto* known = header_named(name);
    auto* kind = known ? known->hr_class : nullptr;
    if (!kind || kind == sip_unknown_class || kind == sip_error_class)
        return add_one(to, sip_unknown_class, name, cat(name, ": ", value));
    auto** place = msg_hclass_offset(sip_default_mclass(), msg_object(to.msg()), kind);
    if (place && *place && kind->hc_kind == msg_kind_single)
        return fail(errc::already_exists, cat("there is a ", name, " header already"));
    if (place && *place && kind->hc_kind == msg_kind_list) {
        // One header holds the whole list; insertion would put the new one in its place.
        if (msg_header_add_make(to.msg(), nullptr, kind, std::string(value).c_str()) < 0)
            return fail(errc::bad_syntax, cat("'", value, "' is no value of a ", name, " header"));
        return {};
    }
    return add_one(to, kind, name, std::string(value));
}

void set_body(message& of, std::string_view content_type, std::string_view body) {
    auto* s = of.sip();
    if (!s) return;
    auto remove = [&](auto* header) {
        if (header)
            msg_header_remove_all(of.msg(), nullptr, reinterpret_cast<msg_header_t*>(header));
    };
    remove(s->sip_payload);
    remove(s->sip_content_type);
    if (!content_type.empty() && is_one_line(content_type))
        (void)add_one(of, sip_content_type_class, "Content-Type", std::string(content_type));
    if (!body.empty()) {
        auto* payload =
            sip_payload_create(of.home(), body.data(), static_cast<isize_t>(body.size()));
        if (payload) msg_header_insert(of.msg(), nullptr, reinterpret_cast<msg_header_t*>(payload));
    }
    auto* length = sip_content_length_create(of.home(), static_cast<std::uint32_t>(body.size()));
    if (length) msg_header_insert(of.msg(), nullptr, reinterpret_cast<msg_header_t*>(length));
}

std::string new_tag() {
    std::string tag;
    append_hex(tag, random_64());
    return tag;
}

std::string new_call_id() {
    std::string id;
    id.reserve(32);
    append_hex(id, random_64());
    append_hex(id, random_64());
    return id;
}

std::string new_branch() {
    // RFC 3261, 8.1.1.7.
    std::string branch = "z9hG4bK";
    branch.reserve(23);
    append_hex(branch, random_64());
    return branch;
}

std::string quote_display(std::string_view name) {
    if (name.empty() || is_token(name)) return std::string(name);
    std::string quoted = "\"";
    for (char c : name) {
        // Control characters have no place in a name, and a line end would begin a header.
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') continue;
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    quoted += '"';
    return quoted;
}

}  // namespace strowger::sofia
