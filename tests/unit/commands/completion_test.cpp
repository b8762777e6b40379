// What Tab offers: the PBX's half, and the prompt's.
#include "completion.hpp"
#include "commands_world.hpp"
#include "words.hpp"

#include <gmock/gmock.h>

namespace strowger::testing {
namespace {

using commands::complete_line;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class completion : public commands_world {
protected:
    std::vector<std::string> after(std::string_view line) { return complete_line(in, line); }
};

TEST_F(completion, of_a_commands_name) {
    EXPECT_THAT(after("sh"), UnorderedElementsAre("show", "shutdown"));
    EXPECT_THAT(after("  reg"), ElementsAre("regex"));
    EXPECT_THAT(after(""), Contains("status"));
    EXPECT_THAT(after("nothing"), IsEmpty());
    EXPECT_THAT(after("nothing "), IsEmpty());
    EXPECT_THAT(after("help upt"), ElementsAre("uptime"));
}

TEST_F(completion, of_show) {
    EXPECT_THAT(after("show c"), UnorderedElementsAre("channels", "calls", "commands"));
    EXPECT_THAT(after("show "), Contains("modules"));
    EXPECT_THAT(after("show calls "), ElementsAre("count", "as"));
    EXPECT_THAT(after("show calls count "), ElementsAre("as"));
    EXPECT_THAT(after("show calls as j"), ElementsAre("json"));
    EXPECT_THAT(after("show calls as json "), IsEmpty());
}

TEST_F(completion, of_modules_after_options) {
    EXPECT_THAT(after("unload mod_s"), ElementsAre("mod_srtp"));
    EXPECT_THAT(after("reload -f mod_"), UnorderedElementsAre("mod_apps", "mod_srtp"));
    EXPECT_THAT(after("reload   -f\tmod_s"), ElementsAre("mod_srtp"));
    EXPECT_THAT(after("unload -"), UnorderedElementsAre("-f", "-w"));
    EXPECT_THAT(after("unload -f -"), ElementsAre("-w"));
    EXPECT_THAT(after("unload -w "), IsEmpty());  // a number
    EXPECT_THAT(after("unload -w 5 mod_a"), ElementsAre("mod_apps"));
    EXPECT_THAT(after("unload mod_apps "), IsEmpty());
    EXPECT_THAT(after("reload -w 5 "), UnorderedElementsAre("-f", "mod_apps", "mod_srtp"));
    EXPECT_THAT(after("module "), ElementsAre("status"));
    EXPECT_THAT(after("module status mod_s"), ElementsAre("mod_srtp"));
    EXPECT_THAT(after("module status mod_srtp "), IsEmpty());
}

// A module that is being replaced is there twice.
TEST_F(completion, of_a_name_once) {
    modules.rows.push_back(modules.rows[1]);
    EXPECT_THAT(after("reload mod_s"), ElementsAre("mod_srtp"));
    EXPECT_THAT(after("module status mod_s"), ElementsAre("mod_srtp"));
}

// What the syntax says and what complete() says, each once.
TEST_F(completion, of_somebody_elses_command) {
    auto add = [&](std::string name, std::string syntax) {
        command made;
        made.name = std::move(name);
        made.syntax = std::move(syntax);
        made.answer = [](const command_request&) { return command_reply{}; };
        made.complete = [](std::string_view) { return std::vector<std::string>{"here", "there"}; };
        pbx.keep(pbx.names->add(std::move(made)));
    };
    add("where", "[-v] here|<place>");
    add("unread", "<place");
    EXPECT_THAT(after("where "), UnorderedElementsAre("-v", "here", "there"));
    EXPECT_THAT(after("unread "), ElementsAre("here", "there"));
}

TEST_F(completion, of_channels) {
    pbx.extension("1", {{"rest", ""}});
    auto call = pbx.comes_in("1");
    auto id = call.who->id();
    EXPECT_THAT(after("uuid_dump "), ElementsAre(id));
    EXPECT_THAT(after(cat("uuid_kill ", id.substr(0, 5))), ElementsAre(id));
    EXPECT_THAT(after("uuid_kill no"), IsEmpty());
    EXPECT_THAT(after(cat("uuid_dump ", id, " ")), IsEmpty());
    EXPECT_THAT(after(cat("uuid_transfer ", id, " -b")), UnorderedElementsAre("-bleg", "-both"));
    EXPECT_THAT(after(cat("uuid_transfer ", id, " -both ")), IsEmpty());
}

TEST(prompt, ends_as_freeswitchs_does) {
    for (const auto* line : {"exit", "quit", "bye", "/exit", "/quit", "/bye", "...", "  exit \t"})
        EXPECT_TRUE(is_exit(command_of(line))) << line;
    for (const auto* line : {"", "exit now", "..", "/status", "quite", "status"})
        EXPECT_FALSE(is_exit(command_of(line))) << line;
    EXPECT_EQ(command_of(" \t show  calls \r"), "show  calls");
    EXPECT_EQ(command_of("  "), "");
}

// The line editor replaces its own last word, which may be shorter than ours.
TEST(prompt, offers_what_the_editor_replaces) {
    EXPECT_THAT(completions("sofia st", 2, "status\n"), ElementsAre("status"));
    EXPECT_THAT(completions("sofia profile ", 0, "internal\nexternal\n"),
                ElementsAre("internal", "external"));
    EXPECT_THAT(completions("reload -f mod_", 4, "mod_apps\nmod_srtp\n"),
                ElementsAre("mod_apps", "mod_srtp"));
    EXPECT_THAT(completions("sh", 2, "show\nshutdown\n"), ElementsAre("show", "shutdown"));
    EXPECT_THAT(completions("x user@ho", 2, "user@host\n"), ElementsAre("host"));
    EXPECT_THAT(completions("sofia st", 2, "profile\n"), IsEmpty());
    EXPECT_THAT(completions("", 0, ""), IsEmpty());
}

}  // namespace
}  // namespace strowger::testing
