// set, multiset, export, unset: a channel's variables.
#include "apps.hpp"
#include "words.hpp"

#include <strowger/text.hpp>

#include <memory>

namespace strowger::apps {
namespace {

// Says once that an old name does nothing. Kept by the application that it belongs to.
class old_names {
public:
    explicit old_names(logger& log) : log_(log) {}
    void look(std::string_view name) {
        if (said_ || !iequals(name, "sip_secure_media")) return;
        said_ = true;
        log_.warning(
            "the variable sip_secure_media does nothing: its name is rtp_secure_media now");
    }

private:
    logger& log_;
    bool said_ = false;
};

// An application that works at once, with nothing to wait for: it may run while hunting.
application immediate(std::string name, std::string syntax, std::string help,
                      std::function<void(channel&, std::string_view)> work) {
    application out;
    out.name = std::move(name);
    out.syntax = std::move(syntax);
    out.help = std::move(help);
    out.inline_allowed = true;
    out.run = [work = std::move(work)](channel& self, std::string data) {
        work(self, data);
        return finished();
    };
    return out;
}

// FreeSWITCH: an empty value, or the word _undef_, takes the variable away.
void assign(channel& self, std::string_view name, std::string_view value) {
    if (name.empty()) return;
    if (value.empty() || value == "_undef_")
        self.vars().erase(name);
    else
        self.vars().set(name, std::string(value));
}

void add_export(channel& self, std::string_view name) {
    auto list = std::string(self.vars().get("export_vars"));
    std::string_view rest = list;
    while (!rest.empty()) {
        auto comma = rest.find(',');
        if (iequals(rest.substr(0, comma), name)) return;
        rest.remove_prefix(comma == rest.npos ? rest.size() : comma + 1);
    }
    self.vars().set("export_vars", list.empty() ? std::string(name) : cat(list, ",", name));
}

}  // namespace

application make_set(context& in) {
    auto names = std::make_shared<old_names>(in.log());
    return immediate("set", "<name>=<value>", "Sets a variable of this channel.",
                     [names](channel& self, std::string_view data) {
                         auto [name, value] = assignment(data);
                         names->look(name);
                         assign(self, name, value);
                     });
}

application make_multiset(context& in) {
    auto names = std::make_shared<old_names>(in.log());
    return immediate("multiset", "^^;<name>=<value>;…", "Sets several variables of this channel.",
                     [names](channel& self, std::string_view data) {
                         for (auto each : assignments(data)) {
                             auto [name, value] = assignment(each);
                             names->look(name);
                             assign(self, name, value);
                         }
                     });
}

application make_export(context& in) {
    auto names = std::make_shared<old_names>(in.log());
    return immediate(
        "export", "[nolocal:]<name>=<value>",
        "Sets a variable of this channel and of those it calls.",
        [names](channel& self, std::string_view data) {
            constexpr std::string_view only_there = "nolocal:";
            auto [name, value] = assignment(data);
            names->look(name.starts_with(only_there) ? name.substr(only_there.size()) : name);
            if (name.empty() || name == only_there) return;
            // With the prefix the variable keeps it here, and loses it over there.
            assign(self, name, value);
            add_export(self, name);
        });
}

application make_unset(context&) {
    return immediate("unset", "<name>", "Takes a variable of this channel away.",
                     [](channel& self, std::string_view data) { self.vars().erase(trim(data)); });
}

}  // namespace strowger::apps
