// A line that is run: what its command throws, and what reaches the terminal.
#include "commands_world.hpp"

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

TEST_F(run_line, a_cancelled_session_unwinds) {
    command_throws(boost::asio::error::operation_aborted);
    std::exception_ptr thrown;
    run("breaks", &thrown);
    EXPECT_NE(thrown, nullptr);
    EXPECT_FALSE(in.captured.contains("failed"));
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
