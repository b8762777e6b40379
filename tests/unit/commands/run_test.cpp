// A line that is run: what its command throws, and what reaches the terminal.
#include "commands_world.hpp"
#include "table.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <gmock/gmock.h>

namespace strowger::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class run_line : public commands_world {
protected:
    void command_throws(boost::system::error_code what) {
        command made;
        made.name = "breaks";
        made.run = [what](command_request) -> task<command_reply> {
            throw boost::system::system_error(what);
            co_return command_reply{};
        };
        pbx.keep(pbx.names->add(std::move(made)));
    }
};

TEST_F(run_line, a_system_error_is_the_commands_own) {
    command_throws(boost::asio::error::connection_refused);
    std::exception_ptr thrown;
    auto reply = run("breaks", &thrown);
    EXPECT_EQ(thrown, nullptr);
    EXPECT_FALSE(reply.ok);
    EXPECT_THAT(reply.text, HasSubstr("-ERR 'breaks' failed: "));
    EXPECT_TRUE(in.captured.contains("Command 'breaks' failed"));
}

// Only something that the command waited for was cancelled: whoever typed it is there, and told.
TEST_F(run_line, a_cancellation_within_the_command_is_its_own) {
    command_throws(boost::asio::error::operation_aborted);
    std::exception_ptr thrown;
    auto reply = run("breaks", &thrown);
    EXPECT_EQ(thrown, nullptr);
    EXPECT_EQ(reply.text,
              "-ERR 'breaks' failed: what it waited for was cancelled; perhaps its module is "
              "stopping");
}

TEST_F(run_line, a_cancelled_session_unwinds) {
    command made;
    made.name = "waits";
    made.run = [this](command_request) -> task<command_reply> {
        for (;;) co_await in.sleep_for(std::chrono::hours(1));
    };
    pbx.keep(pbx.names->add(std::move(made)));
    boost::asio::cancellation_signal session;
    bool ended = false;
    std::exception_ptr thrown;
    auto done = [&](std::exception_ptr problem, command_reply) {
        ended = true;
        thrown = problem;
    };
    boost::asio::co_spawn(in.loop, commands::run_line(in, "waits"),
                          boost::asio::bind_cancellation_slot(session.slot(), done));
    in.poll();
    EXPECT_FALSE(ended);
    session.emit(boost::asio::cancellation_type::terminal);
    in.poll();
    EXPECT_TRUE(ended);
    EXPECT_NE(thrown, nullptr);
    EXPECT_FALSE(in.captured.contains("failed"));
}

TEST_F(run_line, words_are_checked_before_the_command_runs) {
    EXPECT_EQ(run("uuid_kill").text,
              "-ERR uuid_kill: <uuid> is missing. Expected: uuid_kill <uuid> [<cause>]");
    EXPECT_EQ(run("shutdown now").text,
              "-ERR shutdown: 'now' is one word too many. Expected: shutdown");
    EXPECT_TRUE(modules.asked.empty());
    EXPECT_EQ(run("reload -w soon mod_apps").text,
              "-ERR reload: <seconds 0..86400>: 'soon' is no number from 0 to 86400. "
              "Expected: reload [-f] [-w <seconds 0..86400>] <module>");
    EXPECT_EQ(run("originate user/1001 9196 XML default Alice 1000 0").text,
              "-ERR originate: <timeout seconds 1..86400>: '0' is no number from 1 to 86400. "
              "Expected: originate <dial string> <extension|&application(data)> [<dialplan>] "
              "[<context>] [<cid name>] [<cid number>] [<timeout seconds 1..86400>]");
}

TEST_F(run_line, free_text_stays_free) {
    EXPECT_EQ(run("eval it's -f | [x] <y> 'z").text, "it's -f | [x] <y> 'z");
    EXPECT_EQ(run("regex a b|^a b$").text, "true");
    EXPECT_EQ(run("expand eval one two").text, "one two");
    EXPECT_EQ(run("eval").text, "-ERR eval: <text...> is missing. Expected: eval <text...>");
}

TEST_F(run_line, a_syntax_that_cannot_be_read_checks_nothing) {
    command made;
    made.name = "foreign";
    made.syntax = "<user>[@<domain>]";
    made.answer = [](const command_request& request) { return command_reply{true, request.args}; };
    pbx.keep(pbx.names->add(std::move(made)));
    EXPECT_EQ(run("foreign a b c").text, "a b c");
    EXPECT_TRUE(
        in.captured.contains("The words of 'foreign' are not checked: its syntax "
                             "'<user>[@<domain>]' cannot be read: a blank is missing"));
    EXPECT_THAT(run("help foreign").text, HasSubstr("Its words are not checked: a blank is"));
}

TEST_F(run_line, help_in_words) {
    EXPECT_EQ(run("help uuid_kill").text,
              "uuid_kill <uuid> [<cause>]\n"
              "  Hangs a channel up.\n"
              "  Changes something; not allowed inside ${}.");
    EXPECT_EQ(run("help version").text,
              "version\n"
              "  Prints the version.\n"
              "  Only reads; allowed inside ${}.");
    EXPECT_EQ(run("help expand").text,
              "expand <command line...>\n"
              "  Expands a command line, then runs it.\n"
              "  Runs something else, which may change anything; not allowed inside ${}.");
    EXPECT_EQ(run("help uuid_kil").text,
              "-ERR There is no command 'uuid_kil'. Did you mean 'uuid_kill'?");
}

TEST_F(run_line, help_fits_the_terminal) {
    auto text = run("help", nullptr, 80).text;
    EXPECT_THAT(text, HasSubstr("\nuuid_kill "));
    std::size_t longest = 0;
    for (std::string_view left = text; !left.empty();) {
        auto end = std::min(left.find('\n'), left.size());
        longest = std::max(longest, commands::shown_width(left.substr(0, end)));
        left.remove_prefix(std::min(end + 1, left.size()));
    }
    EXPECT_LE(longest, 80u);
    EXPECT_THAT(run("help").text, HasSubstr("Hangs up all channels, or those with a variable of "
                                            "that value.\n"));
}

TEST_F(run_line, counts) {
    EXPECT_EQ(run("show calls count").text, "0 total.");
    pbx.extension("1", {{"bridge", "test/bob"}});
    pbx.comes_in("1");
    pbx.turn();
    EXPECT_EQ(run("show channels count").text, "2 total.");
    pbx.phones.to("bob").leg->events->answered("t", "answer-b");
    pbx.turn();
    EXPECT_EQ(run("show calls count").text, "1 total.");
    EXPECT_EQ(run("show channels count as json").text, "{\"row_count\":2}");
    EXPECT_EQ(run("show calls COUNT as JSON").text, "{\"row_count\":1}");
    EXPECT_EQ(run("show modules count").text, "2 total.");
}

TEST_F(run_line, what_a_caller_sends_commands_no_terminal) {
    pbx.extension("1", {{"rest", ""}});
    auto call = pbx.comes_in("1");
    call.who->caller().caller_id_name =
        "Eve\x1b[2J\r\nPrivacy: private\xc2\x9b"
        "2J";
    call.who->vars().set("sip_h_X-Note", "a\tb\x7f \xc3\xa9");
    auto text = run(cat("uuid_dump ", call.who->id())).text;
    EXPECT_THAT(text, HasSubstr("\nCaller-Caller-ID-Name: Eve?[2J??Privacy: private?2J\n"));
    EXPECT_THAT(text, HasSubstr("\nvariable_sip_h_X-Note: a?b? \xc3\xa9"));
    EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST_F(run_line, help_says_what_force_does) {
    for (const auto* name : {"help unload", "help reload"})
        EXPECT_THAT(run(name).text, HasSubstr("-f hangs up every call of the PBX first"));
}

}  // namespace
}  // namespace strowger::testing
