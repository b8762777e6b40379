// One sofia profile: its transports, transactions, registrar, gateways and calls, put together.
// Control loop only.
#pragma once

#include "dialog/host.hpp"
#include "dialog/outbound.hpp"
#include "dialog/table.hpp"
#include "load.hpp"
#include "resolver.hpp"
#include "settings.hpp"

#include "transport/limits.hpp"

#include <strowger/context.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace strowger::sofia {

struct profile_counters {
    std::uint64_t calls_in = 0, calls_out = 0, failed_calls_in = 0, failed_calls_out = 0;
};

class profile final : transport_events, transaction_user, session_host {
public:
    // `load` outlives it.
    profile(context& core, profile_settings settings, const load_gauge& load);
    ~profile();
    profile(const profile&) = delete;
    profile& operator=(const profile&) = delete;

    // Binds sockets and starts gateways. A profile whose settings have an error stays down.
    void start();
    // Ends what is there: legs are told, sockets closed. The object stays until it is destroyed.
    void stop();
    // After a reload of the configuration: certificates, gateways; says what needs a restart.
    void reload(profile_settings now);
    // Reads the gateways anew (those of the last reload).
    void rescan();
    void trace(bool on);

    bool running() const noexcept { return running_; }
    const profile_settings& settings() const noexcept { return settings_; }
    bool named(std::string_view name) const noexcept;  // its name or an alias
    const profile_counters& counters() const noexcept { return counters_; }
    std::size_t live_calls() const noexcept { return dialogs_.size(); }
    // Empty or nullptr while it is down.
    std::vector<listener_status> listeners() const;
    std::vector<gateway_status> gateways() const;
    std::vector<binding> bindings() const;
    std::string url(transport_kind kind) const;  // "sip:mod_sofia@192.0.2.1:5060"
    std::string codecs(bool inbound) const;
    gateway_set* gateways_or_null() noexcept { return gateways_.get(); }

    // ---- for outgoing calls ----
    // A flow to a host: resolved, connected.
    void reach(transport_kind kind, std::string host, std::uint16_t port,
               std::function<void(result<flow_ptr>)> done);
    // The flow a binding is reached on: the connection it registered on, or its source address.
    // errc::unavailable: that connection is gone.
    result<flow_ptr> flow_of(const binding& what);
    session_host& host() noexcept { return *this; }
    // The host of our own URIs in From, for calls to that flow's peer.
    std::string own_host() const;
    void count_outgoing() noexcept { ++counters_.calls_out; }
    void count_failed_outgoing() noexcept { ++counters_.failed_calls_out; }

private:
    // transport_events
    void received(message what, const flow_ptr& from) override;
    void flow_closed(const flow_ptr& which, std::string_view reason) override;
    // transaction_user
    void request(const server_transaction_ptr& what) override;
    void ack(message what, const flow_ptr& from) override;
    void stray_response(message what, const flow_ptr& from) override;
    // session_host
    transaction_layer& transactions() override { return *transactions_; }
    dialog_table& dialogs() override { return dialogs_; }
    strowger::clock& clock() override { return core_.clock(); }
    logger& log() override { return core_.log(); }
    const transaction_timers& timers() const override { return settings_.timers; }
    const std::string& user_agent() const override { return settings_.user_agent; }
    std::string contact(const flow& on) const override;
    leg_facts facts(const flow* on, transport_kind planned, direction way) const override;
    flow_ptr datagram(const address& peer) override;
    void later(std::function<void()> work) override;

    // dispatch.cpp
    void in_dialog(const server_transaction_ptr& what);
    void authenticate(const server_transaction_ptr& what, bool proxy);
    void authenticated(const server_transaction_ptr& what,
                       std::shared_ptr<const directory_user> user);
    void new_call(const server_transaction_ptr& what, std::shared_ptr<const directory_user> user);
    void refuse(const server_transaction_ptr& what, auth_decision& why);
    bool unsupported(const server_transaction_ptr& what);
    void refuse_overload(const server_transaction_ptr& what);
    void answer_options(const server_transaction_ptr& what);
    void respond(const server_transaction_ptr& what, int status, std::string_view name = {},
                 std::string_view value = {});
    // Answers a penalised source later. Nothing comes of it when the request was cancelled
    // meanwhile or its connection ended.
    void answer_after(std::chrono::milliseconds delay, const server_transaction_ptr& what,
                      std::function<void()> work);
    void say_too_many_wait();
    const gateway_settings* gateway_of(const message& invite, const flow& from) const;

    address contact_address(const flow& on) const;
    bool is_own(transport_kind kind, const address& where) const;
    void start_gateways();

    context& core_;
    const load_gauge& load_;
    profile_settings settings_;
    bool running_ = false;
    profile_counters counters_;
    dialog_table dialogs_;
    std::shared_ptr<connection_limits> strangers_;  // calls of callers that nobody knows
    steady_time strangers_told_{};
    resolver resolver_;
    std::unique_ptr<transport> transport_;
    std::unique_ptr<transaction_layer> transactions_;
    std::unique_ptr<authenticator> auth_;
    std::unique_ptr<registrar> registrar_;
    std::unique_ptr<gateway_set> gateways_;
    std::vector<std::unique_ptr<gateway_set>> retired_;  // unregistering
    token retiring_;
    struct delayed_answer {
        server_transaction_ptr to;
        token alarm;
    };
    std::uint64_t last_delayed_ = 0;
    std::map<std::uint64_t, delayed_answer> delayed_;  // to penalised sources
    steady_time told_too_many_ = steady_time::min();
};

}  // namespace strowger::sofia
