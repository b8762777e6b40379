// A channel that only a dialplan looks at.
#pragma once

#include <strowger/channel.hpp>
#include <strowger/expand.hpp>

#include <string>

namespace strowger::testing {

class fake_channel final : public channel, expansion_source {
public:
    const std::string& id() const noexcept override { return id_; }
    direction way() const noexcept override { return direction::inbound; }
    channel_state state() const noexcept override { return state_; }
    hangup_cause cause() const noexcept override { return cause_; }
    const caller_profile& caller() const noexcept override { return caller_; }
    caller_profile& caller() noexcept override { return caller_; }
    variables& vars() noexcept override { return vars_; }
    const channel_times& times() const noexcept override { return times_; }
    leg_facts facts() const override { return {}; }
    media_session* media() noexcept override { return nullptr; }
    privacy_verdict verdict() const override { return {}; }
    channel_ptr peer() const noexcept override { return nullptr; }
    std::string_view application() const noexcept override { return {}; }
    std::string_view application_data() const noexcept override { return {}; }
    std::optional<std::string> lookup(std::string_view name) const override {
        return variable(name);
    }
    std::string expand(std::string_view text) override { return strowger::expand(text, *this); }
    result<void> ring() override { return {}; }
    result<void> pre_answer() override { return {}; }
    result<void> answer() override { return {}; }
    void hangup(hangup_cause why, std::string_view) override {
        state_ = channel_state::ended;
        cause_ = why;
    }
    task<> sleep(steady_time::duration) override { co_return; }
    task<std::optional<char>> read_digit(steady_time::duration) override { co_return std::nullopt; }
    void flush_digits() noexcept override {}
    task<bool> changed(channel_state, steady_time::duration) override { co_return false; }
    task<hangup_cause> bridge(channel_ptr) override { co_return hangup_cause::none; }
    void transfer(std::string, std::string, std::string) override {}

private:
    std::optional<std::string> variable(std::string_view name) const override {
        const auto* value = vars_.find(name);
        return value ? std::optional(*value) : std::nullopt;
    }
    std::string command(std::string_view, std::string) const override { return {}; }

    std::string id_ = "0000-1111";
    channel_state state_ = channel_state::routing;
    hangup_cause cause_ = hangup_cause::none;
    caller_profile caller_;
    strowger::variables vars_;
    channel_times times_;
};

}  // namespace strowger::testing
