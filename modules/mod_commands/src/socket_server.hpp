// The Unix socket that strowger_cli talks to: <run_dir>/strowger.sock, for its owner only.
//
// A client sends lines, "run status\n" or "complete show c\n"; each is answered in order by
// "ok LENGTH\n" or "error LENGTH\n" and LENGTH bytes of text. Control loop only.
#pragma once

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
    task<> accept();
    task<> serve(std::shared_ptr<session> client);

    context& core_;
    std::string path_;
    boost::asio::local::stream_protocol::acceptor listener_;
    std::set<std::shared_ptr<session>> sessions_;
    unsigned long inode_ = 0;  // of our socket: a newer generation's is not ours to remove
    bool stopping_ = false;
};

}  // namespace strowger::commands
