#include "message/message.hpp"

#include "message/head.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/msg_header.h>
#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_util.h>

#include <cstring>
#include <vector>

namespace strowger::sofia {

namespace {

std::string_view view(const char* text) noexcept {
    return text ? std::string_view(text) : std::string_view{};
}

// The first line as an operator may see it: short, printable.
std::string first_line(std::string_view bytes) {
    auto line = trim(bytes.substr(0, 256));
    line = line.substr(0, line.find_first_of("\r\n"));
    std::string shown(line.substr(0, 60));
    for (auto& c : shown)
        if (c < ' ' || c > '~') c = '.';
    return shown;
}

}  // namespace

message::~message() {
    if (msg_) msg_destroy(msg_);
}

result<message> message::parse(std::string_view bytes) {
    auto head = scan_head(bytes);
    if (head.problem)
        return fail(errc::bad_syntax,
                    cat("a message of ", bytes.size(), " bytes was dropped: ", head.problem));
    message parsed(
        msg_make(sip_default_mclass(), 0, bytes.data(), static_cast<issize_t>(bytes.size())));
    auto* sip = parsed.sip();
    auto version = view(!sip               ? nullptr
                        : sip->sip_request ? sip->sip_request->rq_version
                        : sip->sip_status  ? sip->sip_status->st_version
                                           : nullptr);
    if (!iequals(version.substr(0, 4), "SIP/"))
        return fail(errc::bad_syntax,
                    cat("not a SIP message: it starts with '", first_line(bytes), "'"));
    // RFC 3261, 7: the empty line must be there even when there is no body.
    if (!head.terminated) sip->sip_flags |= MSG_FLG_TRUNC;
    return parsed;
}

sip_t* message::sip() const noexcept {
    return msg_ ? reinterpret_cast<sip_t*>(msg_object(msg_)) : nullptr;
}

su_home_t* message::home() const noexcept { return msg_ ? msg_home(msg_) : nullptr; }

bool message::is_request() const noexcept {
    auto* s = sip();
    return s && s->sip_request;
}

sip_method_t message::method() const noexcept {
    auto* s = sip();
    if (!s) return sip_method_unknown;
    if (s->sip_request) return s->sip_request->rq_method;
    return s->sip_cseq ? s->sip_cseq->cs_method : sip_method_unknown;
}

std::string_view message::method_name() const noexcept {
    auto* s = sip();
    if (!s) return {};
    if (s->sip_request) return view(s->sip_request->rq_method_name);
    return s->sip_cseq ? view(s->sip_cseq->cs_method_name) : std::string_view{};
}

int message::status() const noexcept {
    auto* s = sip();
    return s && s->sip_status ? s->sip_status->st_status : 0;
}

std::string_view message::body() const noexcept {
    auto* s = sip();
    if (!s || !s->sip_payload || !s->sip_payload->pl_data) return {};
    return {s->sip_payload->pl_data, s->sip_payload->pl_len};
}

std::string_view message::call_id() const noexcept {
    auto* s = sip();
    return s && s->sip_call_id ? view(s->sip_call_id->i_id) : std::string_view{};
}

std::string_view message::from_tag() const noexcept {
    auto* s = sip();
    return s && s->sip_from ? view(s->sip_from->a_tag) : std::string_view{};
}

std::string_view message::to_tag() const noexcept {
    auto* s = sip();
    return s && s->sip_to ? view(s->sip_to->a_tag) : std::string_view{};
}

std::string message::print() const {
    std::string out;
    if (!msg_) return out;
    out.reserve(1024);
    // sofia-sip's own way (msg_serialize, msg_prepare) links a chain and keeps a second copy inside
    // the message; each header is printed straight to the text instead, in the order of sip_t.
    auto* pub = msg_object(msg_);
    char small[2048];
    std::vector<char> large;
    auto put = [&](const msg_header_t* header) {
        auto size = msg_header_e(small, sizeof small, header, 0);
        if (size >= 0 && static_cast<std::size_t>(size) < sizeof small) {
            out.append(small, static_cast<std::size_t>(size));
            return;
        }
        // Printers answer the size they need, or -1 when they cannot tell.
        std::size_t room = size > 0 ? static_cast<std::size_t>(size) + 1 : 2 * sizeof small;
        for (; room <= 2 * max_parsed_bytes; room *= 2) {
            large.resize(room);
            size = msg_header_e(large.data(), static_cast<isize_t>(room), header, 0);
            if (size >= 0 && static_cast<std::size_t>(size) < room) {
                out.append(large.data(), static_cast<std::size_t>(size));
                return;
            }
        }
    };
    if (auto* first = pub->msg_request ? pub->msg_request : pub->msg_status) put(first);
    auto* sip = reinterpret_cast<sip_t*>(pub);
    auto* const* end =
        reinterpret_cast<msg_header_t* const*>(reinterpret_cast<char*>(pub) + pub->msg_size);
    for (msg_header_t* const* list = pub->msg_headers; list < end; ++list) {
        // The empty line, the body and its parts come last, by hand.
        if (list == reinterpret_cast<msg_header_t**>(&sip->sip_separator)) break;
        for (auto* header = *list; header; header = header->sh_next) put(header);
    }
    auto payload = body();
    // RFC 3261, 20.14: on a stream the length must be said.
    if (!sip->sip_content_length) out += cat("Content-Length: ", payload.size(), "\r\n");
    out += "\r\n";
    out += payload;
    return out;
}

message copy(const message& other) {
    if (!other) return {};
    message twin(msg_dup(other.msg()));
    if (twin) twin.sip()->sip_flags |= other.sip()->sip_flags & MSG_FLG_PARSERMASK;
    return twin;
}

}  // namespace strowger::sofia
