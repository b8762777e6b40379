// Every command that is shipped declares what it may do, its words and its help.
#include "commands_world.hpp"
#include "syntax.hpp"

#include "profile/commands.hpp"

#include <map>

namespace strowger::testing {
namespace {

using can = capability;

const std::map<std::string, capability> shipped{
    {"eval", can::read},       {"expand", can::spawn},     {"global_getvar", can::read},
    {"help", can::read},       {"hupall", can::change},    {"load", can::change},
    {"module", can::read},     {"originate", can::change}, {"regex", can::read},
    {"reload", can::change},   {"reloadxml", can::change}, {"show", can::read},
    {"shutdown", can::change}, {"sofia", can::change},     {"sofia_contact", can::read},
    {"status", can::read},     {"unload", can::change},    {"uptime", can::read},
    {"uuid_dump", can::read},  {"uuid_kill", can::change}, {"uuid_transfer", can::change},
    {"version", can::read},
};

class shipped_commands : public commands_world {
protected:
    shipped_commands() { sofia_tokens = sofia::add_commands(in, profiles, 0).value(); }
    ~shipped_commands() override { sofia_tokens.clear(); }

    sofia::service profiles{in};
    std::vector<token> sofia_tokens;
};

TEST_F(shipped_commands, declare_all) {
    std::map<std::string, capability> found;
    for (const auto& name : pbx.names->names("command")) {
        auto each = pbx.names->find_command(name);
        found[name] = each->what;
        std::string problem;
        EXPECT_TRUE(commands::syntax::parse(each->syntax, problem))
            << name << " " << each->syntax << ": " << problem;
        ASSERT_FALSE(each->help.empty()) << name;
        EXPECT_TRUE(each->help.front() >= 'A' && each->help.front() <= 'Z') << name;
        EXPECT_EQ(each->help.back(), '.') << name;
        EXPECT_NE(static_cast<bool>(each->answer), static_cast<bool>(each->run)) << name;
        EXPECT_TRUE(each->answer || each->what != can::read) << name << " reads, and waits";
    }
    EXPECT_EQ(found, shipped);
}

TEST_F(shipped_commands, of_sofia_take_the_lines_that_operators_know) {
    for (const auto* line :
         {"sofia", "sofia help", "sofia status", "sofia status gateway", "sofia loglevel all",
          "sofia loglevel all 3", "sofia global siptrace off", "sofia_contact 1000@a"})
        EXPECT_TRUE(run(line).ok) << line;
    // The command's own words, where the check lets it speak.
    EXPECT_TRUE(run("sofia status profile nowhere").text.starts_with("-ERR Invalid Profile!"));
    EXPECT_TRUE(run("sofia profile nowhere restart").text.starts_with("-ERR Invalid Profile!"));
    EXPECT_EQ(run("sofia loglevel all 10").text,
              "-ERR sofia: <level 0..9>: '10' is no number from 0 to 9. "
              "Expected: sofia loglevel <component> [<level 0..9>]");
    EXPECT_EQ(run("sofia profile internal siptrace").text,
              "-ERR sofia: on or off is missing. "
              "Expected: sofia profile <name> siptrace on|off");
    EXPECT_EQ(run("sofia_contact").text,
              "-ERR sofia_contact: <[profile/]user[@domain]> is missing. "
              "Expected: sofia_contact <[profile/]user[@domain]>");
}

}  // namespace
}  // namespace strowger::testing
