#include "commands.hpp"

#include "status.hpp"

#include <strowger/text.hpp>

#include <array>
#include <map>

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
        : core_(core), of_(of), levels_{{"all", level}} {}

    command_reply answer(const command_request& request) {
        auto words = split(request.args);
        if (words.empty() || words[0] == "help") return {true, std::string(usage)};
        if (words[0] == "status") return status(words);
        if (words[0] == "profile") return profile_order(words);
        if (words[0] == "global") return global_order(words);
        if (words[0] == "loglevel") return log_level(words);
        return command_error(cat("sofia has no \"", words[0], "\"\n", usage));
    }

private:
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
        if (words.size() == 2) {
            auto set = levels_.find(words[1]);
            auto level = set == levels_.end() ? levels_["all"] : set->second;
            return {true, cat("Sofia-sip loglevel for [", words[1], "] is [", level, ']')};
        }
        int level = 0;
        if (!parse_number(words[2], level) || level < 0 || level > 9)
            return command_error(cat("\"", words[2], "\" is no level; expected 0 to 9"));
        if (words[1] == "all") levels_.clear();
        levels_[words[1]] = level;
        int highest = 0;
        for (const auto& [name, each] : levels_) highest = std::max(highest, each);
        set_log_level(core_, highest);
        return {true, cat("Sofia log level for component [", words[1], "] has been set to [", level,
                          ']')};
    }

    context& core_;
    service& of_;
    std::map<std::string, int> levels_;
};

}  // namespace

void set_log_level(context& core, int level) {
    core.log().set_level(level >= 5 ? log_level::debug : log_level::info);
}

result<std::vector<token>> add_commands(context& core, service& of, int log_level) {
    // Nothing set here: what the log's own configuration says of this module stands.
    if (log_level > 0) set_log_level(core, log_level);
    std::vector<token> out;
    auto shared = std::make_shared<sofia_command>(core, of, log_level);
    command main;
    main.name = "sofia";
    // It can switch traces on, and so it may not run inside ${}.
    main.what = capability::change;
    main.syntax =
        "status [profile <name> [reg] | gateway [<name>]] | profile <name> … | loglevel …";
    main.help = "shows and steers the SIP profiles; sofia help lists all";
    main.answer = [shared](const command_request& request) { return shared->answer(request); };
    main.complete = [&of](std::string_view args) {
        if (args.ends_with("profile ")) return of.profile_names();
        return std::vector<std::string>{"status", "profile", "global", "loglevel", "help"};
    };
    auto added = core.registry().add(std::move(main));
    if (!added) return added.error();
    out.push_back(std::move(*added));

    command contact;
    contact.name = "sofia_contact";
    contact.what = capability::read;
    contact.syntax = "[<profile>/|*/]<user>[@<domain>]";
    contact.help = "the registered contacts of a user, as a dial string";
    contact.answer = [&core, &of](const command_request& request) {
        return command_reply{true, sofia_contact(core, request.args, of.profile_names())};
    };
    added = core.registry().add(std::move(contact));
    if (!added) return added.error();
    out.push_back(std::move(*added));
    return out;
}

}  // namespace strowger::sofia
