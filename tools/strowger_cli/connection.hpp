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
    // Sends one line ("run status") and reads its answer. Throws when the PBX went away.
    reply ask(const std::string& line);

private:
    std::string read_line();
    void fill();
    int socket_ = -1;
    std::string waiting_;
};
