#include "socket_server.hpp"

#include "commands.hpp"

#include <strowger/text.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/system/system_error.hpp>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace strowger::commands {

namespace asio = boost::asio;
using local = asio::local::stream_protocol;

namespace {

constexpr std::chrono::seconds longest_write{10};
constexpr std::size_t longest_line = 65'536;
constexpr std::size_t most_sessions = 64;
constexpr std::size_t widest = 1000;  // characters in a terminal's line

// Does a process other than ours listen there? (Ours: the older generation, while it is reloaded.)
bool answered_by_another(const std::string& path) {
    sockaddr_un there{};
    there.sun_family = AF_UNIX;
    path.copy(there.sun_path, sizeof there.sun_path - 1);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (probe < 0) return false;
    bool other = false;
    if (connect(probe, reinterpret_cast<sockaddr*>(&there), sizeof there) == 0) {
        ucred who{};
        socklen_t size = sizeof who;
        other = getsockopt(probe, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0 || who.pid != getpid();
    }
    close(probe);
    return other;
}

// Only root and the user we run as may give commands, whatever the file's mode became.
bool may_command(local::socket& client) {
    ucred who{};
    socklen_t size = sizeof who;
    if (getsockopt(client.native_handle(), SOL_SOCKET, SO_PEERCRED, &who, &size) != 0) return false;
    return who.uid == 0 || who.uid == geteuid();
}

std::string framed(std::string_view head, std::string_view text) {
    return cat(head, ' ', text.size(), '\n', text);
}

// Says why, as far as that can be said without waiting, and closes.
void close_with(local::socket& client, std::string_view why) {
    auto last = framed("closed", why);
    boost::system::error_code ignored;
    client.non_blocking(true, ignored);
    client.write_some(asio::buffer(last), ignored);
    client.close(ignored);
}

}  // namespace

struct socket_server::session {
    session(local::socket connected, steady_time now)
        : socket(std::move(connected)), idle_since(now) {}
    local::socket socket;
    bool busy = false;  // a command runs, or its answer is on the way
    steady_time idle_since;
    std::size_t width = 0;
};

socket_server::socket_server(context& core, std::string path)
    : core_(core), path_(std::move(path)), listener_(core.executor()) {}

socket_server::~socket_server() = default;

result<void> socket_server::start() {
    auto refuse = [&](std::string_view why) {
        return fail(errc::io_error, cat("The command socket ", path_, " cannot be opened: ", why));
    };
    if (path_.size() >= sizeof(sockaddr_un{}.sun_path))
        return refuse(
            "the path is too long for a Unix socket (107 bytes); give a shorter -run directory");
    struct stat there {};
    if (lstat(path_.c_str(), &there) == 0) {
        if (!S_ISSOCK(there.st_mode)) return refuse("something that is no socket is in its place");
        if (answered_by_another(path_)) return refuse("another Strowger is listening on it");
        unlink(path_.c_str());
    }
    boost::system::error_code problem;
    auto old_mask = umask(0177);
    listener_.open(local(), problem);
    if (!problem) listener_.bind(local::endpoint(path_), problem);
    umask(old_mask);
    if (!problem) listener_.listen(16, problem);
    if (problem) return refuse(problem.message());
    if (lstat(path_.c_str(), &there) == 0) inode_ = there.st_ino;
    core_.spawn("command socket", accept());
    return {};
}

void socket_server::stop() noexcept {
    stopping_ = true;
    boost::system::error_code ignored;
    listener_.close(ignored);
    struct stat there {};
    if (inode_ != 0 && lstat(path_.c_str(), &there) == 0 && there.st_ino == inode_)
        unlink(path_.c_str());
    for (const auto& client : sessions_)
        if (!client->busy) close_with(client->socket, "mod_commands stops or is reloaded.");
}

// There is always room for one more operator: the session that has been idle the longest goes.
// False: all of them have commands that run.
bool socket_server::make_room() {
    if (sessions_.size() < most_sessions) return true;
    session_ptr longest;
    for (const auto& each : sessions_)
        if (!each->busy && (!longest || each->idle_since < longest->idle_since)) longest = each;
    if (!longest) return false;
    close_with(longest->socket, cat("It was idle longer than the other ", most_sessions - 1,
                                    " sessions, and somebody else came; no more than ",
                                    most_sessions, " can be open."));
    sessions_.erase(longest);
    return true;
}

task<> socket_server::accept() {
    auto completion = asio::as_tuple(asio::use_awaitable);
    while (!stopping_) {
        auto [problem, socket] = co_await listener_.async_accept(completion);
        if (problem == asio::error::operation_aborted || stopping_) co_return;
        if (problem) {  // out of descriptors: try again a little later
            co_await core_.sleep_for(std::chrono::milliseconds(100));
            continue;
        }
        if (!may_command(socket)) {
            close_with(socket, "Only root and the user that the PBX runs as may give commands.");
            continue;
        }
        if (!make_room()) {
            close_with(socket, cat(most_sessions, " commands are running; try again later."));
            continue;
        }
        auto client = std::make_shared<session>(std::move(socket), core_.clock().now());
        sessions_.insert(client);
        core_.spawn("command session", serve(client));
    }
}

task<command_reply> socket_server::answer(session_ptr client, std::string line) {
    command_reply reply;
    if (line.starts_with("run ")) {
        std::string text = line.substr(4);
        auto work = run_line(core_, std::move(text), client->width);
        reply = co_await std::move(work);
    } else if (line.starts_with("complete ")) {
        for (const auto& word : complete_line(core_, std::string_view(line).substr(9)))
            reply.text += word + '\n';
    } else if (line.starts_with("width ")) {
        std::size_t width = 0;
        if (parse_number(std::string_view(line).substr(6), width) && width <= widest)
            client->width = width;
        else
            reply = command_error(cat("expected 'width <characters 0..", widest, ">'"));
    } else {
        reply =
            command_error("expected 'run <command>', 'complete <text>' or 'width <characters>'");
    }
    co_return reply;
}

task<> socket_server::serve(session_ptr client) {
    struct leave {
        socket_server& server;
        session_ptr client;
        ~leave() { server.sessions_.erase(client); }
    } const leaving{*this, client};
    auto completion = asio::as_tuple(asio::use_awaitable);
    const asio::disable_cancellation no_cancellation;
    std::string waiting;
    while (!stopping_) {
        auto buffer = asio::dynamic_buffer(waiting, longest_line);
        auto [problem, size] =
            co_await asio::async_read_until(client->socket, buffer, '\n', completion);
        if (problem || !client->socket.is_open()) co_return;  // make_room() may have closed it
        std::string line = waiting.substr(0, size - 1);
        waiting.erase(0, size);
        client->busy = true;
        command_reply reply;
        try {
            auto work = answer(client, std::move(line));
            reply = co_await std::move(work);
        } catch (const boost::system::system_error&) {
            // run_line throws when this session was cancelled, and nothing else cancels one.
            reply = command_error(
                "the command was cut short, because mod_commands stops or is reloaded");
        }
        // A command that stopped this very generation is answered all the same.
        co_await asio::this_coro::reset_cancellation_state(no_cancellation);
        std::string bytes = framed(reply.ok ? "ok" : "error", reply.text);
        auto all = asio::buffer(bytes);
        // One that does not read keeps no place, and holds up no reload.
        auto limit = core_.clock().after(longest_write, [client] {
            boost::system::error_code ignored;
            client->socket.close(ignored);
        });
        auto [failed, written] = co_await asio::async_write(client->socket, all, completion);
        limit.reset();
        co_await asio::this_coro::reset_cancellation_state();
        client->busy = false;
        client->idle_since = core_.clock().now();
        if (failed) co_return;
    }
    close_with(client->socket, "mod_commands stops or is reloaded.");
}

}  // namespace strowger::commands
