// All calls of this PBX: implements the SDK's `calls`. Control loop only.
#pragma once

#include "call/call_channel.hpp"
#include "call/expansion.hpp"
#include "call/make.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace strowger {

class call_table final : public calls {
public:
    explicit call_table(call_services services);
    ~call_table() override;

    result<channel_ptr> incoming(incoming_call call) override;
    result<channel_ptr> outgoing(outgoing_call call) override;
    channel_ptr find(std::string_view id) const override;
    std::vector<channel_ptr> all() const override;
    std::vector<call_row> table() const override;
    std::size_t size() const noexcept override { return channels_.size(); }
    std::uint64_t total() const noexcept override { return total_; }
    task<boost::system::result<channel_ptr, originate_failure>> originate(
        std::string dial_string, originate_options options) override;
    void route(channel_ptr who, std::string destination, std::string dialplan,
               std::string context) override;
    void execute(channel_ptr who, std::string application, std::string data) override;
    std::size_t hangup_all(hangup_cause cause, std::string_view variable,
                           std::string_view value) override;
    std::string expand(std::string_view text, const variables* vars) override;

    // For the channels.
    const call_services& at() const noexcept { return services_; }
    const call_settings& settings() const noexcept { return settings_; }
    expander& expansions() noexcept { return expander_; }
    void gone(const call_channel& who);
    // Is this the first time? For warnings that would otherwise come with every call.
    bool first_time(std::string_view what) { return expander_.first_time(what); }

private:
    std::shared_ptr<call_channel> make(direction way, caller_profile caller, variables vars);
    std::vector<std::shared_ptr<call_channel>> in_order() const;
    // Why no call is taken now.
    std::optional<error> no_room() const;

    call_services services_;
    call_settings settings_;
    expander expander_;
    std::uint64_t total_ = 0;
    // The key is a view of the channel's own id.
    std::unordered_map<std::string_view, std::shared_ptr<call_channel>> channels_;
    bool ending_ = false;  // the program shuts down
    token reload_, end_;
};

}  // namespace strowger
