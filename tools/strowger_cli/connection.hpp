// The client's side of mod_commands' socket.
#pragma once

#include <string>

class connection {
public:
    // Throws std::runtime_error saying what to do when nothing listens there.
    explicit connection(const std::string& path);
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    struct reply {
        bool ok = false;
        std::string text;
    };
    // Sends one line ("run status") and reads its answer. Throws std::runtime_error when the PBX
    // went away or closed the session, with its reason if it gave one; from then on, every time.
    reply ask(const std::string& line);

private:
    void send_all(const std::string& bytes);
    std::string read_line();
    std::string read_text(const std::string& head);
    void fill();
    [[noreturn]] void lost(std::string why);
    int socket_ = -1;
    std::string waiting_;
    std::string lost_;  // why there is no connection any more
};
