// What must hold before a message is processed: RFC 3261, 8.1.1, 8.2.2 and 16.3.
#include "message/message.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/sip_header.h>
#include <sofia-sip/sip_protos.h>

#include <array>

namespace strowger::sofia {

namespace {

// Headers that must not be broken, each with its compact form. A broken one of any other name is
// passed over (RFC 3261, 16.3, 1: what an element does not need it must not refuse).
constexpr std::array<std::pair<std::string_view, std::string_view>, 11> needed{{
    {"Via", "v"},
    {"From", "f"},
    {"To", "t"},
    {"Call-ID", "i"},
    {"CSeq", ""},
    {"Contact", "m"},
    {"Max-Forwards", ""},
    {"Content-Length", "l"},
    {"Route", ""},
    {"Record-Route", ""},
    {"Require", ""},
}};

std::string_view needed_name(std::string_view name) noexcept {
    for (auto [full, compact] : needed)
        if (iequals(name, full) || (!compact.empty() && iequals(name, compact))) return full;
    return {};
}

// sofia-sip keeps what it could not parse as text, and a second one of a header that may stand once
// as that header.
std::string broken_header(const sip_t& sip) {
    for (const auto* each = sip.sip_error; each; each = each->er_next) {
        const auto& common = *each->er_common;
        if (common.h_class != sip_error_class) {
            auto name =
                needed_name(common.h_class && common.h_class->hc_name ? common.h_class->hc_name
                                                                      : std::string_view{});
            if (!name.empty()) return cat("it has more than one ", name, " header");
            continue;
        }
        // er_name is there when the header's name was known; else its text is.
        std::string_view text(static_cast<const char*>(common.h_data),
                              common.h_data ? common.h_len : 0);
        auto name = needed_name(each->er_name ? std::string_view(each->er_name)
                                              : trim(text.substr(0, text.find(':'))));
        if (!name.empty()) return cat("its ", name, " header cannot be understood");
    }
    return {};
}

std::string broken_uri(const sip_request_t& line, int& status) {
    const auto& uri = *line.rq_url;
    std::string_view host = uri.url_host ? uri.url_host : "";
    std::string_view user = uri.url_user ? uri.url_user : "";
    switch (uri.url_type) {
        case url_invalid:
            return "its Request-URI cannot be understood";
        case url_sip:
        case url_sips:
            return host.empty() ? "its Request-URI has no host" : "";
        case url_tel:
            return user.empty() && host.empty() ? "its Request-URI has no number" : "";
        default:
            // RFC 3261, 8.2.2.1.
            status = 416;
            return cat("the scheme of its Request-URI is not sip, sips or tel");
    }
}

bool same_method(const sip_request_t& line, const sip_cseq_t& cseq) noexcept {
    if (line.rq_method != cseq.cs_method) return false;
    // RFC 3261, 7.1: method names are case-sensitive.
    return line.rq_method != sip_method_unknown ||
           std::string_view(line.rq_method_name) == cseq.cs_method_name;
}

}  // namespace

std::string message::check() const {
    int ignored = 0;
    return check(ignored);
}

std::string message::check(int& status) const {
    status = 400;
    const auto* s = sip();
    if (!s || (!s->sip_request && !s->sip_status)) return "it has no start line";
    const char* version = s->sip_request ? s->sip_request->rq_version : s->sip_status->st_version;
    if (!version || !iequals(version, "SIP/2.0")) {
        status = 505;
        return "its version is not SIP/2.0";
    }
    if (auto problem = broken_header(*s); !problem.empty()) return problem;
    bool short_body = s->sip_content_length && s->sip_content_length->l_length > body().size();
    if (short_body || s->sip_flags & MSG_FLG_TRUNC)
        return "it ends before its headers or the body of its Content-Length do";
    if (!s->sip_via) return "it has no Via header";
    if (!s->sip_from) return "it has no From header";
    if (!s->sip_to) return "it has no To header";
    if (!s->sip_call_id || !s->sip_call_id->i_id || !*s->sip_call_id->i_id)
        return "it has no Call-ID header";
    if (!s->sip_cseq) return "it has no CSeq header";
    // RFC 3261, 8.1.1.5: less than 2**31.
    if (s->sip_cseq->cs_seq > 0x7fffffffU) return "its CSeq number is 2**31 or more";
    if (s->sip_request) {
        // RFC 3261, 8.1.1.5.
        if (!same_method(*s->sip_request, *s->sip_cseq))
            return "the method of its CSeq is not the method of the request";
        return broken_uri(*s->sip_request, status);
    }
    if (s->sip_status->st_status < 100 || s->sip_status->st_status > 699)
        return "its status is not between 100 and 699";
    return {};
}

}  // namespace strowger::sofia
