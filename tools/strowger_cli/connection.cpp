#include "connection.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

connection::connection(const std::string& path) {
    sockaddr_un there{};
    there.sun_family = AF_UNIX;
    if (path.size() >= sizeof there.sun_path)
        throw std::runtime_error("The path " + path + " is too long for a Unix socket.");
    path.copy(there.sun_path, sizeof there.sun_path - 1);
    socket_ = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket_ < 0 || connect(socket_, reinterpret_cast<sockaddr*>(&there), sizeof there) != 0) {
        std::string why = std::strerror(errno);
        if (socket_ >= 0) close(socket_);
        throw std::runtime_error(
            "No Strowger answers at " + path + ": " + why +
            ". Is it running, and is this the right user? -run DIR names its run directory.");
    }
}

connection::~connection() { close(socket_); }

void connection::lost(std::string why) {
    lost_ = std::move(why);
    throw std::runtime_error(lost_);
}

void connection::fill() {
    char bytes[8192];
    auto size = read(socket_, bytes, sizeof bytes);
    if (size < 0 && errno == EINTR) return;
    if (size <= 0) lost("The connection is lost: Strowger ended, or was killed.");
    waiting_.append(bytes, static_cast<std::size_t>(size));
}

std::string connection::read_line() {
    std::size_t end;
    while ((end = waiting_.find('\n')) == std::string::npos) fill();
    std::string line = waiting_.substr(0, end);
    waiting_.erase(0, end + 1);
    return line;
}

// What follows "ok LENGTH", "error LENGTH" or "closed LENGTH".
std::string connection::read_text(const std::string& head) {
    std::size_t length = 0;
    auto digits = head.find(' ') + 1;
    auto [end, problem] = std::from_chars(head.data() + digits, head.data() + head.size(), length);
    if (digits == 0 || problem != std::errc{} || end != head.data() + head.size())
        lost("What answered is not Strowger: " + head.substr(0, 80));
    while (waiting_.size() < length) fill();
    std::string text = waiting_.substr(0, length);
    waiting_.erase(0, length);
    return text;
}

// What cannot be sent is no matter: the answer, or its absence, says why.
void connection::send_all(const std::string& bytes) {
    for (std::size_t sent = 0; sent < bytes.size();) {
        auto size = send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return;
        sent += static_cast<std::size_t>(size);
    }
}

connection::reply connection::ask(const std::string& line) {
    if (!lost_.empty()) throw std::runtime_error(lost_);
    send_all(line + '\n');
    std::string head = read_line();
    reply out;
    out.ok = head.starts_with("ok ");
    out.text = read_text(head);
    if (head.starts_with("closed ")) lost("Strowger closed this session: " + out.text);
    return out;
}
