// The registration store on SQLite ("registration_store/1"): memory answers lookups, one writer
// makes changes durable, a batch at a time. Control loop only.
#pragma once

#include "memory.hpp"
#include "writer.hpp"

#include <strowger/context.hpp>
#include <strowger/registration_store.hpp>

#include <deque>
#include <memory>
#include <string>

namespace strowger::sqlite {

struct store_limits {
    std::chrono::milliseconds commit_patience{2000};  // then errc::timed_out
    std::chrono::milliseconds purge_pause{1000};      // expired rows are removed at most this often
    std::chrono::milliseconds lock_patience{5000};    // for another program's lock on the file
    std::size_t most_waiting = 10000;                 // changes; more: errc::limit_reached
    std::size_t most_in_batch = 1000;
};

class store final : public registration_store {
public:
    // Opens or makes the file and loads what has not expired. Blocks: for start-up.
    static result<std::unique_ptr<store>> open(context& core, const std::string& path,
                                               store_limits limits = {});
    ~store() override;

    void apply(binding_change change, std::function<void(result<void>)> done) override;
    std::vector<const binding*> find(std::string_view user, std::string_view domain) const override;
    void each(const std::function<void(const binding&)>& visit) const override;
    std::size_t size() const noexcept override;

    // Takes no more changes; those taken are still written. The store may be destroyed meanwhile:
    // their outcomes are then told to nobody.
    void stop() noexcept;

private:
    struct waiting {
        binding_change change;
        std::function<void(result<void>)> done;  // empty once told
        steady_time deadline;
        bool given_up = false;  // errc::timed_out was told
    };

    store(context& core, std::string path, store_limits limits, std::shared_ptr<writer> file);
    void write_next();
    void written(const result<void>& outcome);
    void finish(waiting& one, const result<void>& outcome);
    void say_late(std::size_t late, const result<void>& outcome);
    void watch_deadlines();
    void give_up_overdue();
    void watch_expiry();
    void purge();
    moment now() const noexcept;

    context& core_;
    std::string path_;
    store_limits limits_;
    std::shared_ptr<writer> writer_;  // shared with the batch that is being written
    memory memory_;
    std::deque<waiting> queue_;      // not begun
    std::deque<waiting> in_flight_;  // handed to the writer; `change` is then in batch_
    std::shared_ptr<batch> batch_;   // what the writer has now, or nullptr
    std::vector<expired_row> expired_;
    bool failing_ = false;
    bool stopped_ = false;
    std::shared_ptr<store*> self_;  // outcomes find the store by this, or that it is gone
    token deadline_timer_, expiry_timer_;
};

}  // namespace strowger::sqlite
