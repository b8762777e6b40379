// Clients that block, for a thread beside the control loop. Ten seconds at most for everything.
#pragma once

#include <strowger/text.hpp>

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

namespace strowger::testing {

class client {
public:
    // An Internet socket (SOCK_DGRAM, SOCK_STREAM), or a Unix one.
    client(int type, const std::string& address, int port) : client(AF_INET, type) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        ::inet_pton(AF_INET, address.c_str(), &to.sin_addr);
        good_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    }
    explicit client(const std::string& path) : client(AF_UNIX, SOCK_STREAM) {
        sockaddr_un to{};
        to.sun_family = AF_UNIX;
        path.copy(to.sun_path, sizeof to.sun_path - 1);
        good_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
    }
    ~client() { ::close(fd_); }
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    int descriptor() const { return fd_; }
    bool connected() const { return good_; }
    bool send(const std::string& text) {
        return ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL) ==
               static_cast<ssize_t>(text.size());
    }
    // What comes next; empty at the end, or when nothing came in time.
    std::string receive() {
        std::string text(65536, '\0');
        ssize_t got = 0;
        // The loader asks threads that it does not know where they are, by a signal.
        do got = ::recv(fd_, text.data(), text.size(), 0);
        while (got < 0 && errno == EINTR);
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }
    std::string ask(const std::string& text) { return send(text) ? receive() : std::string(); }

private:
    client(int family, int type) : fd_(::socket(family, type | SOCK_CLOEXEC, 0)) {
        timeval limit{10, 0};
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    }
    int fd_;
    bool good_ = false;
};

// Asks over TLS, with the certificate verified; the text of the first record of the answer.
inline std::string ask_over_tls(client& connection, const std::string& ca_file,
                                const std::string& address, const std::string& text) {
    struct free_all {
        void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
        void operator()(SSL* p) const { SSL_free(p); }
    };
    std::unique_ptr<SSL_CTX, free_all> context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr);
    std::unique_ptr<SSL, free_all> tls(SSL_new(context.get()));
    SSL_set_verify(tls.get(), SSL_VERIFY_PEER, nullptr);
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(tls.get()), address.c_str());
    SSL_set_fd(tls.get(), connection.descriptor());
    if (SSL_connect(tls.get()) != 1) return "the handshake failed";
    SSL_write(tls.get(), text.data(), static_cast<int>(text.size()));
    std::string answer(65536, '\0');
    auto got = SSL_read(tls.get(), answer.data(), static_cast<int>(answer.size()));
    answer.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return answer;
}

}  // namespace strowger::testing
