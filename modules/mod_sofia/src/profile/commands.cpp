#include "commands.hpp"

#include "log_control.hpp"
#include "status.hpp"

#include <strowger/text.hpp>

#include <array>

namespace strowger::sofia {

namespace {

constexpr std::string_view usage =
    "USAGE:\n"
    "sofia help\n"
    "sofia status\n"
    "sofia status profile <name> [reg]\n"
    "sofia status gateway [<name>]\n"
    "sofia profile <name> siptrace on|off\n"
    "sofia profile <name> rescan\n"
    "sofia global siptrace on|off\n"
    "sofia loglevel <component> [0-9]";

constexpr std::array components{"all",        "default",    "tport", "iptsec", "nea",     "nta",
                                "nth_client", "nth_server", "nua",   "soa",    "sresolv", "stun"};

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> out;
    while (!(text = trim(text)).empty()) {
        auto end = text.find_first_of(" \t");
        out.emplace_back(text.substr(0, end));
        if (end == text.npos) break;
        text.remove_prefix(end);
    }
    return out;
}

class sofia_command {
public:
    sofia_command(context& core, service& of, int level)
        : core_(core), of_(of), log_(core, level) {}

    command_reply answer(const command_request& request) {
        auto words = split(request.args);
        if (words.empty() || words[0] == "help") return {true, std::string(usage)};
        if (words[0] == "status") return status(words);
        if (words[0] == "profile") return profile_order(words);
        if (words[0] == "global") return global_order(words);
        if (words[0] == "loglevel") return log_level(words);
        return command_error(cat("sofia has no \"", words[0], "\"\n", usage));
    }

    // What may come after these words.
    std::vector<std::string> next(std::string_view args) const {
        auto words = split(args);
        auto count = words.size();
        auto said = [&](std::size_t at, std::string_view word) {
            return count > at && words[at] == word;
        };
        if (count == 0) return {"status", "profile", "global", "loglevel", "help"};
        if (said(0, "status")) {
            if (count == 1) return {"profile", "gateway"};
            if (count == 2 && said(1, "profile")) return of_.profile_names();
            if (count == 2 && said(1, "gateway")) return gateway_names();
            if (count == 3 && said(1, "profile")) return {"reg"};
        } else if (said(0, "profile")) {
            if (count == 1) return of_.profile_names();
            if (count == 2) return {"siptrace", "rescan"};
            if (count == 3 && said(2, "siptrace")) return {"on", "off"};
        } else if (said(0, "global")) {
            if (count == 1) return {"siptrace"};
            if (count == 2 && said(1, "siptrace")) return {"on", "off"};
        } else if (said(0, "loglevel")) {
            if (count == 1) return {components.begin(), components.end()};
            if (count == 2) return {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
        }
        return {};
    }

private:
    std::vector<std::string> gateway_names() const {
        std::vector<std::string> out;
        for (const auto& each : of_.profiles())
            for (const auto& gateway : each->gateways()) out.push_back(gateway.settings.name);
        return out;
    }
    std::string known_profiles() const {
        std::string out;
        for (const auto& each : of_.profile_names()) out += cat(out.empty() ? "" : ", ", each);
        return out.empty() ? "none" : out;
    }
    command_reply no_profile(const std::string& name) const {
        return command_error(
            cat("Invalid Profile! There is no \"", name, "\"; there are: ", known_profiles()));
    }

    command_reply status(const std::vector<std::string>& words) const {
        if (words.size() == 1) return {true, status_table(of_)};
        if (words[1] == "gateway") {
            if (words.size() == 2) return {true, gateway_table(of_)};
            auto page = gateway_page(of_, words[2]);
            if (page.empty())
                return command_error(cat("Invalid Gateway! There is no \"", words[2], '"'));
            return {true, std::move(page)};
        }
        if (words[1] != "profile" || words.size() < 3)
            return command_error(
                cat("expected sofia status [profile <name> [reg] | gateway "
                    "[<name>]]"));
        const auto* found = of_.find(words[2]);
        if (!found) return no_profile(words[2]);
        if (words.size() == 3) return {true, profile_page(*found)};
        if (words[3] != "reg") return command_error(cat("expected reg, not \"", words[3], '"'));
        return {true, registration_page(*found, core_.clock().wall())};
    }

    static bool on_off(const std::vector<std::string>& words, std::size_t at, bool& on) {
        if (words.size() <= at || (words[at] != "on" && words[at] != "off")) return false;
        on = words[at] == "on";
        return true;
    }

    command_reply profile_order(const std::vector<std::string>& words) {
        if (words.size() < 3)
            return command_error("expected sofia profile <name> siptrace on|off, or rescan");
        auto* found = of_.find(words[1]);
        if (!found) return no_profile(words[1]);
        bool on = false;
        if (words[2] == "siptrace" && on_off(words, 3, on)) {
            found->trace(on);
            return {true,
                    cat(on ? "Enabled" : "Disabled", " sip debugging on ", found->settings().name)};
        }
        if (words[2] == "rescan") {
            found->rescan();
            return {true, "+OK scan complete"};
        }
        for (auto later :
             {"start", "stop", "restart", "killgw", "startgw", "register", "unregister",
              "flush_inbound_reg", "check_sync", "gwlist", "recover", "capture", "watchdog"})
            if (words[2] == later)
                return command_error(cat("sofia profile ", words[1], ' ', words[2],
                                         " is not built yet; reload mod_sofia starts all "
                                         "profiles anew"));
        return command_error("expected sofia profile <name> siptrace on|off, or rescan");
    }

    command_reply global_order(const std::vector<std::string>& words) {
        bool on = false;
        if (words.size() < 2 || words[1] != "siptrace" || !on_off(words, 2, on))
            return command_error("expected sofia global siptrace on|off");
        for (const auto& each : of_.profiles()) each->trace(on);
        return {true, cat("+OK Global siptrace ", on ? "on" : "off")};
    }

    command_reply log_level(const std::vector<std::string>& words) {
        bool known = words.size() > 1;
        if (known) {
            known = false;
            for (auto each : components) known = known || words[1] == each;
        }
        if (!known || words.size() > 3)
            return command_error(
                "expected sofia loglevel <all|default|tport|iptsec|nea|nta|"
                "nth_client|nth_server|nua|soa|sresolv|stun> [0-9]");
        if (words.size() == 2)
            return {true, cat("Sofia-sip loglevel for [", words[1], "] is [", log_.level(), ']')};
        int level = 0;
        if (!parse_number(words[2], level) || level < 0 || level > 9)
            return command_error(cat("\"", words[2], "\" is no level; expected 0 to 9"));
        log_.set(level);
        return {true, cat("Sofia log level for component [", words[1], "] has been set to [", level,
                          ']')};
    }

    context& core_;
    service& of_;
    log_control log_;
};

}  // namespace

result<std::vector<token>> add_commands(context& core, service& of, int log_level) {
    std::vector<token> out;
    auto shared = std::make_shared<sofia_command>(core, of, log_level);
    command main;
    main.name = "sofia";
    // It can switch traces on, and so it may not run inside ${}.
    main.what = capability::change;
    main.syntax =
        "[help] || status || status profile <name> [reg] || status gateway [<name>] || "
        "profile <name> siptrace on|off || profile <name> rescan || profile <name> <order...> || "
        "global siptrace on|off || loglevel <component> [<level 0..9>]";
    main.help = "Shows and steers the SIP profiles.";
    main.answer = [shared](const command_request& request) { return shared->answer(request); };
    main.complete = [shared](std::string_view args) { return shared->next(args); };
    auto added = core.registry().add(std::move(main));
    if (!added) return added.error();
    out.push_back(std::move(*added));

    command contact;
    contact.name = "sofia_contact";
    contact.what = capability::read;
    contact.syntax = "<[profile/]user[@domain]>";
    contact.help = "Prints the registered contacts of a user, as a dial string.";
    contact.answer = [&core, &of](const command_request& request) {
        return command_reply{true, sofia_contact(core, request.args, of.profile_names())};
    };
    added = core.registry().add(std::move(contact));
    if (!added) return added.error();
    out.push_back(std::move(*added));
    return out;
}

}  // namespace strowger::sofia
