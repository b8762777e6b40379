// A flow that is only looked at.
#pragma once

#include "transport/flow.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace strowger::fuzz {

class fixed_flow final : public sofia::flow {
public:
    explicit fixed_flow(sofia::transport_kind kind, const char* ip = "192.0.2.7")
        : kind_(kind), remote_{boost::asio::ip::make_address(ip), 40000} {}
    const std::string& id() const noexcept override { return id_; }
    sofia::transport_kind kind() const noexcept override { return kind_; }
    const sofia::address& local() const noexcept override { return local_; }
    const sofia::address& remote() const noexcept override { return remote_; }
    bool accepted() const noexcept override { return true; }
    bool alive() const noexcept override { return true; }
    const sofia::tls_peer& tls() const noexcept override { return tls_; }
    result<void> send(std::string) override { return {}; }
    void close(std::string_view) override {}

private:
    std::string id_ = "node-1-1";
    sofia::transport_kind kind_;
    sofia::address local_{boost::asio::ip::make_address("192.0.2.1"), 5060}, remote_;
    sofia::tls_peer tls_;
};

}  // namespace strowger::fuzz
