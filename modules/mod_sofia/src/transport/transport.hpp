// All transports of one profile: listeners, connections, UDP sockets. Control loop only; what runs
// on edge and handshake threads is hidden behind it.
#pragma once

#include "message/message.hpp"
#include "transport/flow.hpp"

#include <strowger/context.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strowger::sofia {

struct tls_settings {
    bool enabled = false;
    std::uint16_t port = 5061;
    std::string certificate_dir;  // agent.pem, cafile.pem
    std::string passphrase;
    bool verify_in = false, verify_out = true;  // tls-verify-policy
    bool verify_date = true;
    int verify_depth = 2;
    std::string versions = "tlsv1.2,tlsv1.3";
    std::string ciphers;
    // Whom the program becomes after the start, as numbers: the files must be readable for this
    // user. Empty: for the one that it is.
    std::string run_as_uid = {}, run_as_gid = {};
};

struct transport_settings {
    std::string profile;
    std::string ip;             // sip-ip
    std::string advertised_ip;  // ext-sip-ip, or empty
    std::uint16_t port = 5060;  // UDP and TCP; 0: any
    bool plain = true;          // false with tls-only
    tls_settings tls;
    std::size_t max_message_bytes = 65535;
    std::size_t max_headers = 200;
    std::size_t max_connections_per_peer = 100;  // on which nobody has proved who it is
    std::size_t max_connections = 20000;
    std::size_t max_handshakes = 1000;  // with those who connect to us, at once
    std::chrono::milliseconds handshake_timeout{10000};
    std::chrono::milliseconds idle_timeout{600000};   // registered or in a call: kept
    std::chrono::milliseconds silent_timeout{15000};  // nothing received yet
    std::chrono::milliseconds connect_timeout{5000};
    std::size_t max_unsent_bytes = 262144;
    std::size_t max_unhandled_messages = 64;
};

// A listener, for `sofia status`. Down with a reason, or up.
struct listener_status {
    transport_kind kind;
    address at;
    bool up = false;
    std::string reason;  // why it is down, and what to do ("chown root:strowger … && chmod 640 …")
};

struct transport_counters {
    std::uint64_t received = 0, sent = 0, malformed = 0, oversized = 0, refused_connections = 0,
                  failed_handshakes = 0;
    std::size_t connections = 0;
};

class transport_events {
public:
    virtual void received(message what, const flow_ptr& from) = 0;
    // A connection ended: bindings and dialogs that use it know at once.
    virtual void flow_closed(const flow_ptr& which, std::string_view reason) = 0;

protected:
    ~transport_events() = default;
};

class transport {
public:
    virtual ~transport();
    // Binds what it can; listeners that fail are down with a reason, the others run. Sockets are
    // bound and keys read here, before privileges are dropped.
    virtual void start() = 0;
    // Closes everything; what runs on other threads ends by itself and is counted.
    virtual void stop() = 0;
    // Reads certificates anew and checks them; connections in progress keep the old ones. An error
    // leaves the old ones in force.
    virtual result<void> reload_certificates() = 0;
    virtual std::vector<listener_status> listeners() const = 0;
    virtual transport_counters counters() const = 0;

    // The flow for datagrams to `peer` from the profile's UDP socket.
    virtual result<flow_ptr> datagram(const address& peer) = 0;
    // A connection to `peer`: an open one to the same target and name, or a new one. For TLS the
    // certificate is verified against cafile.pem and `name` (the domain or IP of the URI), unless
    // the policy says otherwise: then the flow says so (tls().problem). `done` is called from the
    // loop.
    virtual void connect(transport_kind kind, const address& peer, std::string name,
                         std::function<void(result<flow_ptr>)> done) = 0;
    // A live flow by its id, or nullptr: never one of an earlier start.
    virtual flow_ptr find(std::string_view flow_id) const = 0;
    virtual std::vector<flow_ptr> flows() const = 0;  // connections only
    // What Via and Contact say for messages on that transport: advertised address and port.
    virtual address advertised(transport_kind kind) const = 0;
    // Logs messages (keys and digits masked) at level notice.
    virtual void trace(bool on) = 0;
};

std::unique_ptr<transport> make_transport(context& core, transport_settings settings,
                                          transport_events& events);

// `inline:` keys, and the digits of INFO and RFC 4733-like bodies, masked: for traces and logs.
std::string mask_secrets(std::string_view sip_text);

}  // namespace strowger::sofia
