// A flow that keeps what was sent on it.
#pragma once

#include "transport/flow.hpp"

#include <string>
#include <vector>

namespace strowger::sofia::testing {

class fake_flow final : public flow {
public:
    fake_flow(transport_kind kind, const char* ip, std::uint16_t port)
        : kind_(kind), remote_{boost::asio::ip::make_address(ip), port} {}
    const std::string& id() const noexcept override { return id_; }
    transport_kind kind() const noexcept override { return kind_; }
    const address& local() const noexcept override { return local_; }
    const address& remote() const noexcept override { return remote_; }
    bool accepted() const noexcept override { return true; }
    bool alive() const noexcept override { return true; }
    const tls_peer& tls() const noexcept override { return tls_; }
    result<void> send(std::string bytes) override {
        sent.push_back(std::move(bytes));
        return {};
    }
    void close(std::string_view) override {}
    std::vector<std::string> sent;

private:
    std::string id_ = "flow-1";
    transport_kind kind_;
    address local_, remote_;
    tls_peer tls_;
};

}  // namespace strowger::sofia::testing
