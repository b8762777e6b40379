// All profiles of mod_sofia, and the endpoint "sofia" that calls through them. Control loop only.
#pragma once

#include "profile.hpp"

#include <strowger/endpoint.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::sofia {

struct dial_target;

class service final : public endpoint {
public:
    explicit service(context& core) : core_(core) {}

    void start(sofia_settings settings);
    void stop();
    // After a reload of the configuration.
    void reload();

    // By name or alias, or nullptr.
    profile* find(std::string_view name) const noexcept;
    // The profile that has that gateway, or nullptr.
    profile* with_gateway(std::string_view name) const noexcept;
    const std::vector<std::unique_ptr<profile>>& profiles() const noexcept { return profiles_; }
    std::vector<std::string> profile_names() const;

    boost::system::result<channel_ptr, failure> originate(originate_request request) override;

private:
    struct routed;  // where a call goes: outgoing.cpp
    boost::system::result<routed, failure> route(const dial_target& target,
                                                 const originate_request& request);
    boost::system::result<routed, failure> to_binding(const binding& where);
    boost::system::result<routed, failure> to_gateway(const dial_target& target);

    context& core_;
    load_gauge load_;
    std::vector<std::unique_ptr<profile>> profiles_;
};

}  // namespace strowger::sofia
