#include "bus/make.hpp"

#include <cstring>
#include <exception>
#include <vector>

namespace strowger {

namespace {

struct subscriber {
    std::uint64_t id;
    std::function<void(const void*, const fact_view&)> hear;
    int running = 0;
    bool gone = false;
};

// Everybody who listens for one name.
struct topic {
    std::string name;
    std::size_t hash = 0;
    std::vector<std::unique_ptr<subscriber>> subscribers;
    std::size_t live = 0;
};

// Length, first and last eight bytes: fact names differ there, and it costs a nanosecond.
std::size_t hash_of(std::string_view name) noexcept {
    std::uint64_t first = 0, last = 0;
    auto part = name.size() < 8 ? name.size() : 8;
    if (part != 0) {
        std::memcpy(&first, name.data(), part);
        std::memcpy(&last, name.data() + name.size() - part, part);
    }
    auto mixed = (first ^ (last * 0x9E3779B97F4A7C15ULL)) + name.size();
    mixed *= 0xD6E8FEB86659FD93ULL;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32));
}

class plain_bus final : public bus, token_owner {
public:
    explicit plain_bus(logger& log) : log_(log), slots_(64, nullptr) {}

    bool wanted(std::string_view name) const noexcept override {
        if (all_.live != 0) return true;
        const auto* found = find(name);
        return found != nullptr && found->live != 0;
    }

    void deliver(std::string_view name, const void* fact, const fact_view& view) override {
        if (auto* found = find(name)) tell(*found, fact, view);
        tell(all_, fact, view);
    }

    token add(std::string_view name, raw_handler handler) override {
        auto& where = name.empty() ? all_ : find_or_make(name);
        auto made = std::make_unique<subscriber>();
        made->id = ++last_id_;
        made->hear = std::move(handler);
        where.subscribers.push_back(std::move(made));
        ++where.live;
        return token(*this, last_id_);
    }

private:
    void withdraw(std::uint64_t id) noexcept override {
        if (withdraw_from(all_, id)) return;
        for (auto& each : topics_)
            if (withdraw_from(*each, id)) return;
    }

    bool withdraw_from(topic& where, std::uint64_t id) noexcept {
        for (auto& each : where.subscribers) {
            if (each->id != id || each->gone) continue;
            each->gone = true;
            --where.live;
            // A handler that takes itself back while it runs is destroyed when it has returned.
            if (each->running == 0) each->hear = nullptr;
            if (depth_ == 0) sweep(where);
            return true;
        }
        return false;
    }

    // Who subscribes while a fact is told hears the next one; who leaves hears nothing more.
    void tell(topic& to, const void* fact, const fact_view& view) {
        auto count = to.subscribers.size();
        ++depth_;
        for (std::size_t i = 0; i < count; ++i) {
            auto& each = *to.subscribers[i];
            if (each.gone) continue;
            ++each.running;
            call(each, fact, view);
            if (--each.running == 0 && each.gone) each.hear = nullptr;
        }
        if (--depth_ == 0 && to.live != to.subscribers.size()) sweep(to);
    }

    void call(subscriber& each, const void* fact, const fact_view& view) noexcept {
        try {
            each.hear(fact, view);
        } catch (const std::exception& thrown) {
            log_.error("a subscriber of ", view.name(), " threw: ", thrown.what());
        } catch (...) {
            log_.error("a subscriber of ", view.name(), " threw an exception of an unknown type");
        }
    }

    static void sweep(topic& where) noexcept {
        std::erase_if(where.subscribers, [](const auto& each) { return each->gone; });
    }

    topic* find(std::string_view name) const noexcept {
        auto hash = hash_of(name);
        for (auto at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
            auto* each = slots_[at];
            if (each == nullptr || (each->hash == hash && each->name == name)) return each;
        }
    }

    topic& find_or_make(std::string_view name) {
        if (auto* found = find(name)) return *found;
        topics_.push_back(std::make_unique<topic>());
        auto& made = *topics_.back();
        made.name = name;
        made.hash = hash_of(name);
        if (topics_.size() * 2 > slots_.size()) {
            slots_.assign(slots_.size() * 2, nullptr);
            for (auto& each : topics_) place(*each);
        } else {
            place(made);
        }
        return made;
    }

    void place(topic& which) noexcept {
        auto at = which.hash & (slots_.size() - 1);
        while (slots_[at] != nullptr) at = (at + 1) & (slots_.size() - 1);
        slots_[at] = &which;
    }

    logger& log_;
    topic all_;
    std::vector<std::unique_ptr<topic>> topics_;  // never removed: names are few
    std::vector<topic*> slots_;                   // open addressing, a power of two
    std::uint64_t last_id_ = 0;
    int depth_ = 0;

    friend class bus_view;
};

// Forwards, and remembers what was subscribed through it.
class bus_view final : public module_bus, token_owner {
public:
    explicit bus_view(plain_bus& all) : all_(all) {}

    bool wanted(std::string_view name) const noexcept override { return all_.wanted(name); }
    void deliver(std::string_view name, const void* fact, const fact_view& view) override {
        all_.deliver(name, fact, view);
    }
    token add(std::string_view name, raw_handler handler) override {
        subscribed_.emplace_back(++last_id_, all_.add(name, std::move(handler)));
        return token(*this, last_id_);
    }
    std::size_t subscriptions() const noexcept override { return subscribed_.size(); }

private:
    void withdraw(std::uint64_t id) noexcept override {
        for (auto each = subscribed_.begin(); each != subscribed_.end(); ++each)
            if (each->first == id) {
                auto taken = std::move(each->second);
                subscribed_.erase(each);
                return;
            }
    }

    plain_bus& all_;
    std::uint64_t last_id_ = 0;
    std::vector<std::pair<std::uint64_t, token>> subscribed_;
};

}  // namespace

std::unique_ptr<bus> make_bus(logger& log) { return std::make_unique<plain_bus>(log); }

std::unique_ptr<module_bus> make_bus_view(bus& all) {
    return std::make_unique<bus_view>(dynamic_cast<plain_bus&>(all));
}

}  // namespace strowger
