#include "call/dial_targets.hpp"

#include <strowger/directory.hpp>
#include <strowger/text.hpp>

namespace strowger {
namespace {

constexpr int deepest = 5;  // a user's dial-string that calls a user that …
constexpr std::size_t most_legs = 100;

class finder {
public:
    finder(call_table& table, channel* parent) : table_(table), parent_(parent) {
        if (parent_) read_exports();
    }

    // `base`: the variables weaker than those in the text.
    result<alternatives> find(std::string_view text, const variables& base, const variables& braces,
                              int depth) {
        auto parsed = parse_dial_string(text);
        if (!parsed) return parsed.error();
        auto all = braces;
        all.merge(parsed->vars);
        warn_of_old_names(all);
        alternatives out;
        std::size_t first = 0;
        for (auto& group : parsed->alternatives) {
            std::size_t used = 1;
            for (auto& leg : group) {
                auto resolved = resolve(leg, base, all, depth);
                if (!resolved) return resolved.error();
                used = std::max(used, resolved->size());
                if (out.size() < first + used) out.resize(first + used);
                for (std::size_t i = 0; i < resolved->size(); ++i)
                    for (auto& each : (*resolved)[i]) out[first + i].push_back(std::move(each));
            }
            first += used;
        }
        std::size_t legs = 0;
        for (const auto& group : out) legs += group.size();
        if (legs > most_legs)
            return fail(errc::limit_reached, cat("the dial string has ", legs, " legs; at most ",
                                                 most_legs, " are called"));
        return out;
    }
    const variables& exports() const noexcept { return exports_; }

private:
    result<alternatives> resolve(dial_leg& leg, const variables& base, const variables& braces,
                                 int depth) {
        warn_of_old_names(leg.vars);
        alternatives out;
        if (iequals(leg.kind, "user")) {
            auto found = user(leg, base, depth);
            if (!found) return found;
            out = std::move(*found);
        } else {
            dial_leg plain{base, std::move(leg.kind), std::move(leg.address)};
            out.emplace_back().push_back(std::move(plain));
        }
        bool clobber = is_true(braces.get("local_var_clobber"));
        for (auto& group : out)
            for (auto& each : group) {
                each.vars.merge(clobber ? braces : leg.vars);
                each.vars.merge(clobber ? leg.vars : braces);
            }
        return out;
    }

    result<alternatives> user(const dial_leg& leg, const variables& base, int depth) {
        auto at = leg.address.find('@');
        auto id = leg.address.substr(0, at);
        auto domain = at == std::string::npos ? default_domain() : leg.address.substr(at + 1);
        auto entry = table_.at().directory.find(id, domain);
        if (!entry)
            return unreachable("SUBSCRIBER_ABSENT", base,
                               cat("user/", id, "@", domain, ": the directory has no such user"));
        auto text = entry->params.get("dial-string");
        if (text.empty())
            return unreachable(
                "MANDATORY_IE_MISSING", base,
                cat("user/", id, "@", domain, " has no param \"dial-string\" in the directory"));
        if (depth >= deepest)
            return unreachable(
                "EXCHANGE_ROUTING_ERROR", base,
                cat("user/", id, "@", domain, ": dial-strings call one another in a circle"));
        variables over;
        over.set("dialed_user", id);
        over.set("dialed_domain", domain);
        auto expanded = table_.expansions().expand(text, parent_, &over);
        auto vars = entry->vars;
        vars.merge(base);
        vars.merge(over);
        auto found = find(expanded, vars, {}, depth + 1);
        if (!found)
            return unreachable("DESTINATION_OUT_OF_ORDER", base,
                               cat("user/", id, "@", domain, ": its dial-string gave \"", expanded,
                                   "\": ", found.error().text));
        return found;
    }

    alternatives unreachable(std::string_view cause, const variables& base, std::string text) {
        table_.at().log.notice(text);
        alternatives out;
        out.emplace_back().push_back(dial_leg{base, "error", std::string(cause)});
        return out;
    }

    std::string default_domain() const {
        if (parent_)
            if (auto own = parent_->lookup("domain_name"); own && !own->empty()) return *own;
        return table_.at().config.global("domain");
    }

    // The parent's variable export_vars lists what goes to the other leg; "nolocal:" before a name
    // says that it is meant for the other leg only.
    void read_exports() {
        auto& vars = parent_->vars();
        std::string_view list = vars.get("export_vars");
        while (!list.empty()) {
            auto comma = list.find(',');
            auto name = trim(list.substr(0, comma));
            list.remove_prefix(comma == list.npos ? list.size() : comma + 1);
            const auto* value = vars.find(name);
            if (!value) continue;
            constexpr std::string_view only_there = "nolocal:";
            if (name.starts_with(only_there)) name.remove_prefix(only_there.size());
            exports_.set(name, *value);
        }
        warn_of_old_names(exports_);
    }

    void warn_of_old_names(const variables& vars) {
        if (vars.find("sip_secure_media") && table_.first_time("sip_secure_media"))
            table_.at().log.warning("the variable sip_secure_media in a dial string does nothing: ",
                                    "its name is rtp_secure_media now");
    }

    call_table& table_;
    channel* parent_;
    variables exports_;
};

}  // namespace

result<alternatives> find_targets(call_table& table, std::string_view text, channel* parent,
                                  const variables& for_all) {
    finder from(table, parent);
    return from.find(text, from.exports(), for_all, 0);
}

}  // namespace strowger
