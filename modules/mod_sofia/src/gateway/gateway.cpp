#include "gateway/gateway.hpp"

#include "gateway/one_gateway.hpp"

namespace strowger::sofia {
namespace {

class gateways final : public gateway_set {
public:
    gateways(gateway_services services, std::vector<gateway_settings> settings)
        : services_(std::move(services)) {
        for (auto& one : settings)
            all_.push_back(std::make_unique<one_gateway>(services_, std::move(one)));
    }

    void start() override {
        for (auto& one : all_) one->start();
    }
    void stop() override {
        for (auto& one : all_) one->stop();
    }
    const gateway_settings* find(std::string_view name) const noexcept override {
        const auto* one = named(name);
        return one ? &one->settings() : nullptr;
    }
    credentials credentials_of(std::string_view name) const override {
        const auto* one = named(name);
        if (!one) return {};
        // The realm of the challenge is the provider's choice and seldom the one in the
        // configuration; the profile sends these to the gateway's own proxy only.
        return {one->settings().auth_username, one->settings().password, {}};
    }
    std::vector<gateway_status> status() const override {
        std::vector<gateway_status> out;
        for (const auto& one : all_) out.push_back(one->status());
        return out;
    }
    void count_call(std::string_view name, bool outbound, bool failed) override {
        auto* one = named(name);
        if (!one) return;
        auto& status = one->status();
        ++(outbound ? status.calls_out : status.calls_in);
        if (outbound && failed) ++status.failed_calls_out;
    }
    void flow_closed(const flow_ptr& which) override {
        for (auto& one : all_) one->flow_closed(which);
    }
    bool speaks_on(std::string_view name, const flow& from) const noexcept override {
        const auto* one = named(name);
        return one && one->speaks_on(from);
    }

private:
    one_gateway* named(std::string_view name) const noexcept {
        for (const auto& one : all_)
            if (one->settings().name == name) return one.get();
        return nullptr;
    }

    gateway_services services_;
    std::vector<std::unique_ptr<one_gateway>> all_;
};

}  // namespace

gateway_set::~gateway_set() = default;

std::string_view to_string(gateway_state state) noexcept {
    switch (state) {
        case gateway_state::noreg:
            return "NOREG";
        case gateway_state::unreged:
            return "UNREGED";
        case gateway_state::trying:
            return "TRYING";
        case gateway_state::reged:
            return "REGED";
        case gateway_state::fail_wait:
            return "FAIL_WAIT";
        case gateway_state::down:
            return "DOWN";
    }
    return "UNKNOWN";
}

std::unique_ptr<gateway_set> make_gateways(
    context& core, std::vector<gateway_settings> settings, transaction_layer& transactions,
    flow_finder find_flow, address_finder find_addresses,
    std::function<std::string(transport_kind)> contact_host) {
    return std::make_unique<gateways>(
        gateway_services{core, transactions, std::move(find_flow), std::move(find_addresses),
                         std::move(contact_host)},
        std::move(settings));
}

}  // namespace strowger::sofia
