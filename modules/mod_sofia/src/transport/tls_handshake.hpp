// A TLS handshake on a socket, on the threads for handshakes: what it computes never holds up a
// connection that is established.
#pragma once

#include "transport/byte_stream.hpp"
#include "transport/stream_hub.hpp"
#include "transport/tls_peer.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace strowger::sofia {

struct secured_socket {
    unique_fd fd;
    openssl_ptr<SSL> ssl;
    tls_peer peer;
};

class tls_handshake final : public attempt, public std::enable_shared_from_this<tls_handshake> {
public:
    // Called once, on a handshake thread. Its destruction may happen there too.
    using done_handler = std::function<void(result<secured_socket>)>;

    // Any thread. `name`: whom a client wants to reach. Ends by `deadline` (in the hub's time).
    static void start(hub_ptr hub, std::shared_ptr<SSL_CTX> context, tls_role role, bool verify,
                      unique_fd fd, std::string name, std::int64_t deadline, done_handler done);

    tls_handshake(hub_ptr hub, tls_role role, bool verify, unique_fd fd, std::string name,
                  done_handler done);
    ~tls_handshake() override;
    void give_up(std::string why) override;

private:
    attempt_list& others() noexcept {
        return role_ == tls_role::server ? hub_->greetings : hub_->attempts;
    }
    void begin(const std::shared_ptr<SSL_CTX>& context);
    void step();
    void wait(boost::asio::posix::stream_descriptor::wait_type what);
    bool speaks_plain_sip() noexcept;
    void succeed();
    void finish(result<secured_socket> outcome);

    const hub_ptr hub_;
    const executor strand_;  // handshake threads are several; this is one at a time
    const tls_role role_;
    const bool verify_;
    unique_fd fd_;
    const std::string name_;
    done_handler done_;
    openssl_ptr<SSL> ssl_;
    std::optional<boost::asio::posix::stream_descriptor> descriptor_;
    bool peeked_ = false;
};

}  // namespace strowger::sofia
