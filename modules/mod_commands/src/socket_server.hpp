// The Unix socket that strowger_cli talks to: <run_dir>/strowger.sock, for its owner only.
//
// A client sends lines; each is answered in order by "ok LENGTH\n" or "error LENGTH\n" and LENGTH
// bytes of text:
//   run status       a command and its words
//   complete show c  what the last word may become, a line each
//   width 100        tables are made to fit so many characters from now on; 0: nothing is cut
// A session that is closed before its client goes is told why: "closed LENGTH\n" and the text; that
// happens between answers. Control loop only.
#pragma once

#include <strowger/command.hpp>
#include <strowger/context.hpp>

#include <boost/asio/local/stream_protocol.hpp>

#include <memory>
#include <set>
#include <string>

namespace strowger::commands {

class socket_server {
public:
    socket_server(context& core, std::string path);
    ~socket_server();

    // errc::io_error with the path and reason. A socket that nobody listens on any more is
    // replaced; one of a running PBX with the same path is not.
    result<void> start();
    // Closes the listener and idle sessions; one whose command runs answers it first.
    void stop() noexcept;
    const std::string& path() const noexcept { return path_; }

private:
    struct session;
    using session_ptr = std::shared_ptr<session>;
    task<> accept();
    task<> serve(session_ptr client);
    task<command_reply> answer(session_ptr client, std::string line);
    bool make_room();

    context& core_;
    std::string path_;
    boost::asio::local::stream_protocol::acceptor listener_;
    std::set<session_ptr> sessions_;
    unsigned long inode_ = 0;  // of our socket: a newer generation's is not ours to remove
    bool stopping_ = false;
};

}  // namespace strowger::commands
