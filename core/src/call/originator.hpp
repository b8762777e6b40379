// One originate: calls the alternatives of a dial string in turn, the legs of each at once, until
// one answers. Lives in a coroutine's frame: when that unwinds, its legs are hung up. Control loop.
#pragma once

#include "call/call_table.hpp"
#include "call/dial_targets.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strowger {

class originator {
public:
    using outcome = boost::system::result<channel_ptr, originate_failure>;

    originator(call_table& table, originate_options options);
    ~originator();
    originator(const originator&) = delete;
    originator& operator=(const originator&) = delete;

    task<outcome> run(std::string dial_string);

private:
    struct branch {
        std::shared_ptr<call_channel> who;
        steady_time deadline;
        bool ignore_early_media = false;
        bool early_means_ringing = false;
    };

    task<outcome> try_all(const alternatives* targets, steady_time::duration timeout);
    task<std::shared_ptr<call_channel>> race(steady_time deadline);
    task<> pause(steady_time::duration how_long);
    void call(const dial_leg& target);
    caller_profile caller_for(const dial_leg& target) const;
    void pass_on(const branch& from);
    void drop_ended();
    void hang_up_all(hangup_cause cause, const call_channel* but = nullptr);
    void failed(hangup_cause cause, std::string text);
    hangup_cause cause_of_leaving() const;
    bool parent_gone() const { return parent_ && parent_->ended(); }
    outcome conclude(outcome what);

    call_table& table_;
    originate_options options_;
    std::shared_ptr<call_channel> parent_;
    std::vector<branch> branches_;
    std::shared_ptr<call_channel> early_;  // whose early media the parent hears
    originate_failure last_;
    bool timed_out_ = false;
};

}  // namespace strowger
