#include "registrar/request.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/sip_header.h>
#include <sofia-sip/su_alloc.h>
#include <sofia-sip/url.h>

#include <algorithm>
#include <stdexcept>

namespace strowger::sofia {
namespace {

std::string_view view(const char* text) noexcept { return text ? text : ""; }

// sofia-sip's memory for one function.
struct scratch {
    su_home_t home[1] = {SU_HOME_INIT(home)};
    scratch() { su_home_init(home); }
    ~scratch() { su_home_deinit(home); }
    scratch(const scratch&) = delete;
    scratch& operator=(const scratch&) = delete;
};

std::string print(const url_t* url) {
    std::string out(static_cast<std::size_t>(url_len(url)) + 1, '\0');
    auto length = url_e(out.data(), static_cast<isize_t>(out.size()), url);
    out.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    return out;
}

// RFC 3261, 10.2.1.1 and 20.19: delta seconds below 2**32; a malformed value means 3600.
std::uint32_t delta_seconds(std::string_view text) {
    std::uint32_t out = 3600;
    text = trim(text);
    bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
    if (digits && !parse_number(text, out)) return 4294967295u;
    return digits ? out : 3600;
}

// "0.7" → 700 (RFC 3261, 25.1: at most three decimals).
int q_millis(std::string_view text) {
    text = trim(text);
    if (text.empty() || text.front() != '0') return 1000;
    int out = 0, weight = 100;
    for (char c : text.substr(std::min<std::size_t>(2, text.size()))) {
        if (c < '0' || c > '9' || weight == 0) break;
        out += (c - '0') * weight;
        weight /= 10;
    }
    return out;
}

std::string bare(std::string_view text) {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    return std::string(text);
}

contact_request read_contact(const sip_contact_t* from) {
    contact_request out;
    out.uri = print(from->m_url);
    if (from->m_expires) out.expires = delta_seconds(from->m_expires);
    if (from->m_q) out.q_millis = q_millis(from->m_q);
    for (auto each = from->m_params; each && *each; ++each) {
        std::string_view text(*each);
        auto equals = text.find('=');
        if (equals == text.npos) continue;
        auto name = text.substr(0, equals), value = text.substr(equals + 1);
        if (iequals(name, "+sip.instance")) out.instance = bare(value);
        if (iequals(name, "reg-id")) (void)parse_number(value, out.reg_id);
    }
    return out;
}

std::string join_path(const sip_path_t* from) {
    std::string out;
    for (; from; from = from->r_next) {
        if (!out.empty()) out += ", ";
        out += cat('<', print(from->r_url), '>');
        for (auto each = from->r_params; each && *each; ++each) out += cat(';', view(*each));
    }
    return out;
}

// Not sofia-sip's url_param(): it reads past the end of "transportx".
std::string transport_of(const url_t* url) {
    auto left = view(url->url_params);
    while (!left.empty()) {
        auto param = left.substr(0, left.find(';'));
        left.remove_prefix(std::min(param.size() + 1, left.size()));
        auto equals = param.find('=');
        if (equals != param.npos && iequals(param.substr(0, equals), "transport"))
            return std::string(param.substr(equals + 1));
    }
    return {};
}

}  // namespace

boost::system::result<register_request, refusal> read_register(const message& from,
                                                               const flow& over) {
    const auto* sip = from.sip();
    if (!sip || !sip->sip_to || !sip->sip_cseq || !sip->sip_call_id)
        return refusal{400, "To, CSeq or Call-ID Is Missing"};
    register_request out;
    out.call_id = from.call_id();
    out.cseq = sip->sip_cseq->cs_seq;
    out.flow = over.id();
    out.transport = to_string(over.kind());
    out.source = to_string(over.remote());
    if (sip->sip_user_agent) out.user_agent = view(sip->sip_user_agent->g_string);
    if (sip->sip_expires) out.expires = static_cast<std::uint32_t>(sip->sip_expires->ex_delta);
    out.path = join_path(sip->sip_path);
    out.wants_path = sip->sip_supported && sip_has_feature(sip->sip_supported, "path");
    for (const auto* each = sip->sip_contact; each; each = each->m_next) {
        if (each->m_url->url_type == url_any) {
            out.wildcard = true;
            continue;
        }
        if (each->m_url->url_type != url_sip && each->m_url->url_type != url_sips)
            return refusal{400, "Contact Is No SIP URI"};
        if (!each->m_url->url_host || !*each->m_url->url_host)
            return refusal{400, "Contact Has No Host"};
        out.contacts.push_back(read_contact(each));
    }
    // RFC 3261, 10.3, 6: "*" alone, and with Expires 0 only.
    if (out.wildcard && (!out.contacts.empty() || out.expires != 0u || sip->sip_contact->m_next))
        return refusal{400, "Contact * Needs Expires 0 And No Other Contact"};
    return out;
}

void throw_exception_from_error(const refusal& what, const boost::source_location&) {
    throw std::runtime_error(cat("REGISTER refused: ", what.status, ' ', what.phrase));
}

bool same_contact(const std::string& a, const std::string& b) {
    if (a == b) return true;
    scratch memory;
    auto* first = url_make(memory.home, a.c_str());
    auto* second = url_make(memory.home, b.c_str());
    return first && second && url_cmp(first, second) == 0 &&
           iequals(transport_of(first), transport_of(second));
}

}  // namespace strowger::sofia
