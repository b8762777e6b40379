#include "registrar/plan.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::sofia {
namespace {

// The same phone: its contact, or its instance and registration (RFC 5626, 6).
bool same_phone(const binding& old, const contact_request& asked) {
    if (!asked.instance.empty() && asked.reg_id != 0 && old.instance == asked.instance &&
        old.reg_id == asked.reg_id)
        return true;
    return same_contact(old.contact, asked.uri);
}

// RFC 3261, 10.3, 7: within one Call-ID only a higher CSeq may change a binding.
bool out_of_order(const binding& old, const register_request& asked) {
    return old.call_id == asked.call_id && asked.cseq <= old.cseq;
}

registration_plan refuse(int status, std::string phrase) {
    registration_plan out;
    out.status = status;
    out.phrase = std::move(phrase);
    return out;
}

binding make_binding(const register_request& asked, const contact_request& contact,
                     const registrar_settings& settings, std::string_view node, wall_time expires) {
    binding out;
    out.user = asked.user;
    out.domain = asked.domain;
    out.contact = contact.uri;
    out.profile = settings.profile;
    out.node = node;
    out.flow = asked.flow;
    out.transport = asked.transport;
    out.source = asked.source;
    out.path = asked.path;
    out.instance = contact.instance;
    out.user_agent = asked.user_agent;
    out.call_id = asked.call_id;
    out.authenticated_as = asked.authenticated_as;
    out.cseq = asked.cseq;
    out.reg_id = contact.reg_id;
    out.q_millis = contact.q_millis;
    out.expires = expires;
    return out;
}

}  // namespace

registration_plan plan_registration(const register_request& asked,
                                    const std::vector<const binding*>& known,
                                    const registrar_settings& settings, std::string_view node,
                                    wall_time now,
                                    const std::function<bool(const binding&)>& unreachable) {
    registration_plan out;
    out.change.user = asked.user;
    out.change.domain = asked.domain;
    if (asked.wildcard) {
        for (const auto* old : known) {
            if (out_of_order(*old, asked)) return refuse(500, "CSeq Out Of Order");
            out.change.remove.push_back(old->contact);
        }
        return out;
    }
    std::vector<const binding*> kept = known;
    for (const auto& contact : asked.contacts) {
        auto wanted = contact.expires.value_or(asked.expires.value_or(settings.default_expires));
        if (wanted != 0 && settings.forced_expires != 0) {
            wanted = settings.forced_expires;
        } else if (wanted != 0 && wanted < settings.min_expires) {
            auto brief = refuse(423, "Interval Too Brief");
            brief.min_expires = settings.min_expires;
            return brief;
        } else {
            wanted = std::min(wanted, settings.max_expires);
        }
        for (auto old = kept.begin(); old != kept.end();) {
            if (!same_phone(**old, contact)) {
                ++old;
                continue;
            }
            if (out_of_order(**old, asked)) return refuse(500, "CSeq Out Of Order");
            if (wanted == 0 || (*old)->contact != contact.uri)
                out.change.remove.push_back((*old)->contact);
            old = kept.erase(old);
        }
        // The same contact twice in one request: the last one counts.
        std::erase_if(out.change.put,
                      [&](const auto& one) { return same_contact(one.contact, contact.uri); });
        if (wanted != 0)
            out.change.put.push_back(
                make_binding(asked, contact, settings, node, now + seconds(wanted)));
    }
    if (out.change.put.size() > settings.max_contacts) return refuse(403, "Too Many Contacts");
    // Room is made for new ones: what can't be reached goes first, then what would expire first.
    if (out.change.put.empty()) return out;
    std::stable_sort(kept.begin(), kept.end(), [&](const auto* a, const auto* b) {
        bool gone_a = unreachable(*a), gone_b = unreachable(*b);
        return gone_a != gone_b ? gone_a : a->expires < b->expires;
    });
    auto total = out.change.put.size() + kept.size();
    for (auto old = kept.begin(); old != kept.end() && total > settings.max_contacts;
         ++old, --total)
        out.change.remove.push_back((*old)->contact);
    return out;
}

}  // namespace strowger::sofia
