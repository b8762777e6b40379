#include "store.hpp"

#include "file.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <exception>

namespace strowger::sqlite {

result<std::unique_ptr<store>> store::open(context& core, const std::string& path,
                                           store_limits limits) {
    auto file = open_file(path);
    if (!file) return file.error();
    auto statements = rows::make(*file);
    if (!statements)
        return fail(errc::bad_syntax,
                    cat(path, ": its tables are not ours (", statements.error().text,
                        "). It was left untouched; move it away, or restore it from a backup"));
    auto made = std::make_shared<writer>(std::move(*file), std::move(*statements));
    auto known = made->load(to_milliseconds(core.clock().wall()));
    if (!known)
        return fail(known.error().code,
                    cat(path, ": cannot be read and written (", known.error().text,
                        "). Stop what else uses it, and see that the disk has room"));
    made->wait_for_locks(static_cast<int>(limits.lock_patience.count()));
    std::unique_ptr<store> out(new store(core, path, limits, std::move(made)));
    for (auto& one : *known) out->memory_.put(std::move(one), out->now());
    out->watch_expiry();
    core.log().info("registrations: ", out->size(), " loaded from ", path);
    return out;
}

store::store(context& core, std::string path, store_limits limits, std::shared_ptr<writer> file)
    : core_(core),
      path_(std::move(path)),
      limits_(limits),
      writer_(std::move(file)),
      self_(std::make_shared<store*>(this)) {}

store::~store() { *self_ = nullptr; }

moment store::now() const noexcept { return {core_.clock().now(), core_.clock().wall()}; }

void store::apply(binding_change change, std::function<void(result<void>)> done) {
    if (stopped_ || queue_.size() >= limits_.most_waiting) {
        auto why = stopped_ ? fail(errc::closed, "the registration store is stopping")
                            : fail(errc::limit_reached,
                                   cat("the registration store has ", queue_.size(),
                                       " changes waiting for the disk; this one was not taken"));
        // Outcomes come from the loop, never from within the call.
        core_.background([] {}, [done = std::move(done), why = std::move(why)] { done(why); });
        return;
    }
    queue_.push_back(
        {std::move(change), std::move(done), core_.clock().now() + limits_.commit_patience});
    if (!batch_) write_next();
    watch_deadlines();
}

// Everything that came while the last commit ran goes into the next one: under load commits grow,
// and an idle store answers at once.
void store::write_next() {
    if (queue_.empty() && expired_.empty()) return;
    batch_ = std::make_shared<batch>();
    while (!queue_.empty() && in_flight_.size() < limits_.most_in_batch) {
        batch_->changes.push_back(std::move(queue_.front().change));
        in_flight_.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    batch_->expired = std::move(expired_);
    expired_.clear();
    auto outcome = std::make_shared<result<void>>();
    core_.background(
        [file = writer_, what = batch_, outcome] {
            try {
                *outcome = file->commit(*what);
            } catch (const std::exception& thrown) {
                *outcome = fail(errc::internal, thrown.what());
            }
        },
        [self = self_, outcome] {
            if (*self) (*self)->written(*outcome);
        });
}

void store::written(const result<void>& outcome) {
    auto told = std::move(in_flight_);
    auto what = std::move(batch_);
    in_flight_.clear();
    batch_.reset();
    if (outcome) {
        for (auto& change : what->changes) memory_.apply(std::move(change), now());
        if (std::exchange(failing_, false))
            core_.log().notice("registrations: ", path_, " is written again");
    } else {
        // Expired rows are no loss: they are filtered out when the file is read.
        if (!std::exchange(failing_, true))
            core_.log().error("registrations: ", path_, " cannot be written (",
                              outcome.error().text, "); phones are answered 500 until it can");
    }
    say_late(static_cast<std::size_t>(std::count_if(told.begin(), told.end(),
                                                    [](const auto& one) { return one.given_up; })),
             outcome);
    write_next();
    watch_expiry();
    watch_deadlines();
    auto self = self_;
    for (auto& one : told) {
        if (!*self) return;
        finish(one, outcome);
    }
}

// give_up_overdue() promised that the outcome of those would show.
void store::say_late(std::size_t late, const result<void>& outcome) {
    if (late == 0) return;
    if (outcome)
        core_.log().notice("registrations: ", late, " late commits to ", path_,
                           " ended well: what they changed is in force");
    else
        core_.log().warning("registrations: ", late, " late commits to ", path_, " failed (",
                            outcome.error().text, "): they changed nothing");
}

void store::finish(waiting& one, const result<void>& outcome) {
    if (auto done = std::exchange(one.done, nullptr)) done(outcome);
}

void store::watch_deadlines() {
    if (deadline_timer_ || (in_flight_.empty() && queue_.empty())) return;
    const auto& oldest = in_flight_.empty() ? queue_.front() : in_flight_.front();
    deadline_timer_ = core_.clock().at(oldest.deadline, [this] { give_up_overdue(); });
}

void store::give_up_overdue() {
    deadline_timer_.reset();
    auto time = core_.clock().now();
    std::vector<std::function<void(result<void>)>> overdue;
    steady_time next = steady_time::max();
    auto look = [&](waiting& one) {
        if (!one.done) return;
        if (one.deadline <= time) {
            one.given_up = true;
            overdue.push_back(std::exchange(one.done, nullptr));
        } else
            next = std::min(next, one.deadline);
    };
    for (auto& one : in_flight_) look(one);
    for (auto& one : queue_) look(one);
    if (next != steady_time::max())
        deadline_timer_ = core_.clock().at(next, [this] { give_up_overdue(); });
    if (!overdue.empty())
        core_.log().warning("registrations: ", overdue.size(), " commits to ", path_,
                            " take longer than ", limits_.commit_patience.count(),
                            " ms; their outcome will show");
    auto self = self_;
    for (auto& done : overdue) {
        if (!*self) return;
        done(fail(errc::timed_out, "the disk took too long; the outcome is not known yet"));
    }
}

void store::watch_expiry() {
    if (stopped_ || expiry_timer_) return;
    auto next = memory_.next_expiry();
    if (next == steady_time::max()) return;
    // A pause lets many expire together.
    expiry_timer_ = core_.clock().at(std::max(next, core_.clock().now()) + limits_.purge_pause,
                                     [this] { purge(); });
}

void store::purge() {
    expiry_timer_.reset();
    for (auto& row : memory_.take_expired(core_.clock().now(), limits_.most_in_batch))
        // A disk that fails for long must not make this grow: such rows go at the next start.
        if (expired_.size() < limits_.most_waiting) expired_.push_back(std::move(row));
    if (!batch_) write_next();
    watch_expiry();
}

std::vector<const binding*> store::find(std::string_view user, std::string_view domain) const {
    return memory_.find(user, domain, now());
}
void store::each(const std::function<void(const binding&)>& visit) const {
    memory_.each(visit, now());
}
std::size_t store::size() const noexcept { return memory_.size(core_.clock().now()); }

void store::stop() noexcept {
    stopped_ = true;
    expiry_timer_.reset();
}

}  // namespace strowger::sqlite
