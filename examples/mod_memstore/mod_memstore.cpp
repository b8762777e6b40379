// A registration store in memory: what is registered is forgotten when the PBX ends.
#include <strowger/module.hpp>
#include <strowger/registration_store.hpp>
#include <strowger/text.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <map>

namespace {

using namespace strowger;

class memstore final : public module, public registration_store {
public:
    explicit memstore(context& core) : core_(core) {}

    result<void> start() override {
        auto named = core_.registry().provide<registration_store>("registration_store/1", *this);
        if (!named) return named.error();
        name_ = std::move(*named);
        sweep_later();
        return {};
    }
    void stop() noexcept override { sweep_.reset(); }

    // [begin apply]
    // The outcome comes later, never from within the call: whoever asks need not expect it there.
    // A handler on the module's executor is counted: this object outlives it.
    void apply(binding_change change, std::function<void(result<void>)> done) override {
        auto work = [this, change = std::move(change), done = std::move(done)]() mutable {
            for (const auto& contact : change.remove) remove(change.user, change.domain, contact);
            for (auto& each : change.put) {
                remove(change.user, change.domain, each.contact);
                put(change.user, change.domain, std::move(each));
            }
            done({});
        };
        boost::asio::post(core_.executor(), std::move(work));
    }
    // [end apply]

    std::vector<const binding*> find(std::string_view user,
                                     std::string_view domain) const override {
        std::vector<const binding*> out;
        auto known = bindings_.find(cat(user, '@', domain));
        if (known == bindings_.end()) return out;
        for (const auto& each : known->second)
            if (each.deadline > core_.clock().now()) out.push_back(&shown(each));
        return out;
    }
    void each(const std::function<void(const binding&)>& visit) const override {
        for (const auto& [address, known] : bindings_)
            for (const auto& one : known)
                if (one.deadline > core_.clock().now()) visit(shown(one));
    }
    std::size_t size() const noexcept override {
        std::size_t count = 0;
        for (const auto& [address, known] : bindings_)
            for (const auto& one : known) count += one.deadline > core_.clock().now() ? 1U : 0U;
        return count;
    }

private:
    // [begin expiry]
    // Expiry is a steady deadline: a step of the wall clock expires nothing. What is shown as
    // `expires` is that deadline, on the wall clock of the moment.
    struct entry {
        mutable binding what;
        steady_time deadline;
    };
    const binding& shown(const entry& one) const {
        auto left = one.deadline - core_.clock().now();
        one.what.expires =
            core_.clock().wall() + std::chrono::duration_cast<wall_time::duration>(left);
        return one.what;
    }
    void put(const std::string& user, const std::string& domain, binding what) {
        auto left =
            std::chrono::duration_cast<steady_time::duration>(what.expires - core_.clock().wall());
        what.user = user;
        what.domain = domain;
        bindings_[cat(user, '@', domain)].push_back({std::move(what), core_.clock().now() + left});
    }
    void remove(std::string_view user, std::string_view domain, std::string_view contact) {
        auto known = bindings_.find(cat(user, '@', domain));
        if (known == bindings_.end()) return;
        std::erase_if(known->second, [&](const entry& one) { return one.what.contact == contact; });
    }
    void sweep_later() {
        sweep_ = core_.clock().after(seconds(60), [this] {
            auto now = core_.clock().now();
            for (auto& [address, known] : bindings_)
                std::erase_if(known, [&](const entry& one) { return one.deadline <= now; });
            std::erase_if(bindings_, [](const auto& each) { return each.second.empty(); });
            sweep_later();
        });
    }
    // [end expiry]

    context& core_;
    std::map<std::string, std::vector<entry>, std::less<>> bindings_;  // by user@domain
    token sweep_, name_;
};

}  // namespace

STROWGER_MODULE(memstore)
