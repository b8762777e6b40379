#include "call/originator.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger {
namespace {

// A variable in seconds, or nothing where there is none that makes sense.
std::optional<std::chrono::seconds> seconds_in(const variables& vars, std::string_view name) {
    std::uint32_t number = 0;
    if (!parse_number(trim(vars.get(name)), number) || number == 0 || number > 24 * 60 * 60)
        return std::nullopt;
    return std::chrono::seconds(number);
}

std::uint32_t number_in(const variables& vars, std::string_view name, std::uint32_t otherwise,
                        std::uint32_t most) {
    std::uint32_t number = 0;
    if (!parse_number(trim(vars.get(name)), number)) return otherwise;
    return std::min(number, most);
}

}  // namespace

originator::originator(call_table& table, originate_options options)
    : table_(table), options_(std::move(options)) {
    parent_ = std::dynamic_pointer_cast<call_channel>(options_.parent);
}

originator::~originator() { hang_up_all(cause_of_leaving()); }

// Where somebody else took the call, the phones here are told so: they show no missed call.
hangup_cause originator::cause_of_leaving() const {
    bool elsewhere = parent_gone() && parent_->cause() == hangup_cause::lose_race;
    return elsewhere ? hangup_cause::lose_race : hangup_cause::originator_cancel;
}

task<originator::outcome> originator::run(std::string dial_string) {
    auto found = find_targets(table_, dial_string, parent_.get(), options_.vars);
    if (!found) {
        table_.at().log.error(found.error().text);
        failed(hangup_cause::destination_out_of_order, found.error().text);
        co_return conclude(last_);
    }
    // The first leg speaks for all: {} reaches every leg.
    const auto& vars = found->front().front().vars;
    steady_time::duration timeout = options_.timeout;
    if (parent_) {
        if (auto given = seconds_in(parent_->vars(), "call_timeout")) timeout = *given;
        if (auto given = seconds_in(parent_->vars(), "originate_timeout")) timeout = *given;
    }
    if (auto given = seconds_in(vars, "originate_timeout")) timeout = *given;
    auto tries = std::max(1u, number_in(vars, "originate_retries", 1, 100));
    auto wait = milliseconds(number_in(vars, "originate_retry_sleep_ms", 1000, 60000));
    for (unsigned attempt = 1;; ++attempt) {
        auto once = try_all(&*found, timeout);
        auto got = co_await std::move(once);
        if (got || attempt >= tries || parent_gone()) co_return conclude(std::move(got));
        auto rest = pause(wait);
        co_await std::move(rest);
    }
}

task<originator::outcome> originator::try_all(const alternatives* targets,
                                              steady_time::duration timeout) {
    auto& time = table_.at().clock;
    auto deadline = time.now() + timeout;
    timed_out_ = false;
    for (const auto& group : *targets) {
        if (timed_out_) {
            if (!is_true(group.front().vars.get("originate_continue_on_timeout"))) break;
            deadline = time.now() + timeout;
            timed_out_ = false;
        }
        for (const auto& target : group) call(target);
        auto running = race(deadline);
        auto winner = co_await std::move(running);
        if (winner) co_return channel_ptr(std::move(winner));
        if (parent_gone()) break;
    }
    co_return last_;
}

// Waits until one of the branches answers; nullptr when none did, with the reason in last_.
task<std::shared_ptr<call_channel>> originator::race(steady_time deadline) {
    auto& time = table_.at().clock;
    waiter pause(table_.at().loop);
    std::deque<watching> watches;
    for (auto& each : branches_) watches.emplace_back(each.who, pause);
    if (parent_) watches.emplace_back(parent_, pause);
    for (;;) {
        if (parent_gone()) {
            failed(cause_of_leaving(), "the caller hung up");
            hang_up_all(cause_of_leaving());
            co_return nullptr;
        }
        for (auto& each : branches_) {
            if (!each.who->answered()) continue;
            auto winner = each.who;
            hang_up_all(hangup_cause::lose_race, winner.get());
            co_return winner;
        }
        drop_ended();
        auto now = time.now();
        for (auto& each : branches_) {
            if (now < std::min(each.deadline, deadline)) continue;
            if (now >= deadline) timed_out_ = true;
            each.who->hangup(hangup_cause::no_answer, "no answer in time");
        }
        drop_ended();
        if (branches_.empty()) co_return nullptr;
        auto next = deadline;
        for (auto& each : branches_) {
            pass_on(each);
            next = std::min(next, each.deadline);
        }
        auto sleeping = pause.wait_until(time, next);
        co_await std::move(sleeping);
    }
}

task<> originator::pause(steady_time::duration how_long) {
    waiter sleeper(table_.at().loop);
    std::optional<watching> watch;
    if (parent_) watch.emplace(parent_, sleeper);
    auto& time = table_.at().clock;
    auto deadline = time.now() + how_long;
    while (!parent_gone() && time.now() < deadline) {
        auto next = sleeper.wait_until(time, deadline);
        co_await std::move(next);
    }
}

void originator::call(const dial_leg& target) {
    if (parent_gone()) return;
    if (iequals(target.kind, "error")) {
        auto cause = parse_hangup_cause(target.address);
        return failed(cause.value_or(hangup_cause::normal_temporary_failure),
                      cat("error/", target.address));
    }
    auto by = table_.at().registry.find<endpoint>(cat("endpoint/", target.kind));
    if (!by) {
        auto why = cat("there is no endpoint \"", target.kind, "\" for ", target.kind, "/",
                       target.address, ": is its module loaded?");
        table_.at().log.error(why);
        return failed(hangup_cause::destination_out_of_order, std::move(why));
    }
    originate_request request;
    request.address = target.address;
    request.vars = target.vars;
    if (parent_) request.vars.set("originator", parent_->id());
    request.caller = caller_for(target);
    request.parent = parent_;
    request.holder = by.again();
    auto made = by->originate(std::move(request));
    if (!made) {
        table_.at().log.notice(target.kind, "/", target.address, ": ", made.error().text);
        return failed(made.error().cause, made.error().text);
    }
    auto who = std::dynamic_pointer_cast<call_channel>(*made);
    if (!who) return failed(hangup_cause::destination_out_of_order, "not a channel of this PBX");
    branch added{std::move(who), steady_time::max()};
    if (auto limit = seconds_in(target.vars, "leg_timeout"))
        added.deadline = table_.at().clock.now() + *limit;
    auto early = target.vars.get("ignore_early_media");
    if (early.empty() && parent_) early = parent_->vars().get("ignore_early_media");
    added.early_means_ringing = iequals(early, "ring_ready");
    added.ignore_early_media =
        added.early_means_ringing || iequals(early, "consume") || is_true(early);
    branches_.push_back(std::move(added));
}

caller_profile originator::caller_for(const dial_leg& target) const {
    caller_profile out = parent_ ? parent_->caller() : options_.caller;
    auto take = [&out](const variables& from, std::string_view name,
                       std::string caller_profile::*member) {
        if (const auto* value = from.find(name)) out.*member = *value;
    };
    if (parent_) {
        take(parent_->vars(), "effective_caller_id_name", &caller_profile::caller_id_name);
        take(parent_->vars(), "effective_caller_id_number", &caller_profile::caller_id_number);
    }
    take(target.vars, "origination_caller_id_name", &caller_profile::caller_id_name);
    take(target.vars, "origination_caller_id_number", &caller_profile::caller_id_number);
    return out;
}

// What the parent hears before the answer: ringing, and the early media of the first that has any.
void originator::pass_on(const branch& from) {
    if (!parent_ || parent_->ended()) return;
    auto state = from.who->state();
    if (state == channel_state::ringing ||
        (state == channel_state::early && from.early_means_ringing)) {
        if (auto told = parent_->ring(); !told)
            table_.at().log.debug("ringing cannot be passed on: ", told.error().text);
        return;
    }
    if (state != channel_state::early || from.ignore_early_media || early_) return;
    if (auto told = parent_->pre_answer(); !told) {
        table_.at().log.debug("early media cannot be passed on: ", told.error().text);
        return;
    }
    early_ = from.who;
    auto* mine = parent_->media();
    auto* theirs = from.who->media();
    if (!mine || !theirs) return;
    mine->leave();
    if (auto joined = mine->join(*theirs); !joined)
        table_.at().log.debug("early media cannot be joined: ", joined.error().text);
}

void originator::drop_ended() {
    for (auto& each : branches_) {
        if (!each.who->ended()) continue;
        failed(each.who->cause(), {});
        if (each.who == early_) {
            early_.reset();
            if (auto* mine = parent_ ? parent_->media() : nullptr) mine->leave();
        }
    }
    std::erase_if(branches_, [](const branch& each) { return each.who->ended(); });
}

void originator::hang_up_all(hangup_cause cause, const call_channel* but) {
    auto all = std::exchange(branches_, {});
    for (auto& each : all)
        if (each.who.get() != but) each.who->hangup(cause, {});
}

void originator::failed(hangup_cause cause, std::string text) { last_ = {cause, std::move(text)}; }

originator::outcome originator::conclude(outcome what) {
    if (!parent_ || parent_->ended()) return what;
    auto& vars = parent_->vars();
    if (what) {
        vars.set("originate_disposition", "SUCCESS");
    } else {
        auto cause = std::string(to_string(what.error().cause));
        vars.set("originate_disposition", cause);
        vars.set("last_bridge_hangup_cause", cause);
        vars.set("bridge_hangup_cause", std::move(cause));
        early_.reset();
    }
    return what;
}

}  // namespace strowger
