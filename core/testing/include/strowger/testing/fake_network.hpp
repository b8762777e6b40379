// A network that loses, delays, repeats and reorders datagrams, on a clock and a seed: the same
// seed gives the same run. For protocol logic that takes bytes and gives bytes; no sockets.
#pragma once

#include <strowger/clock.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace strowger::testing {

class fake_network final : token_owner {
public:
    struct conditions {
        milliseconds delay{10};
        milliseconds jitter{0};  // up to this much more; above zero, datagrams overtake each other
        double loss = 0;         // probabilities, 0 to 1
        double repeat = 0;
    };
    using receiver = std::function<void(std::string_view from, std::string_view bytes)>;

    fake_network(strowger::clock& time, std::uint32_t seed) : time_(time), chance_(seed) {}

    conditions now;  // for datagrams sent from now on
    std::size_t sent = 0, lost = 0, repeated = 0, delivered = 0, nobody_there = 0;

    // What comes to `address` ("192.0.2.1:5060") is given to `hear`, until the token goes.
    token attach(std::string address, receiver hear) {
        hosts_[address] = std::make_shared<receiver>(std::move(hear));
        names_[++last_] = std::move(address);
        return token(*this, last_);
    }
    void send(std::string from, std::string to, std::string bytes) {
        ++sent;
        if (cut_.count(ordered(from, to)) != 0 || happens(now.loss)) {
            ++lost;
            return;
        }
        int copies = happens(now.repeat) ? 2 : 1;
        repeated += copies == 2 ? 1 : 0;
        for (int i = 0; i < copies; ++i) deliver_later(from, to, bytes);
    }
    // No datagram between the two from now on, until heal().
    void cut(std::string_view a, std::string_view b) { cut_.insert(ordered(a, b)); }
    void heal() { cut_.clear(); }

private:
    using pair = std::pair<std::string, std::string>;
    static pair ordered(std::string_view a, std::string_view b) {
        return a < b ? pair(a, b) : pair(b, a);
    }
    bool happens(double probability) {
        return probability > 0 && std::uniform_real_distribution<>(0, 1)(chance_) < probability;
    }
    void deliver_later(std::string from, std::string to, std::string bytes) {
        auto more = now.jitter.count() > 0
                        ? std::uniform_int_distribution<long>(0, now.jitter.count())(chance_)
                        : 0;
        auto id = ++last_;
        auto arrive = [this, id, from = std::move(from), to = std::move(to),
                       bytes = std::move(bytes)] {
            auto kept = travelling_.extract(id);  // the alarm that runs now
            auto found = hosts_.find(to);
            if (found == hosts_.end()) {
                ++nobody_there;
                return;
            }
            ++delivered;
            auto hear = found->second;  // it may detach itself
            (*hear)(from, bytes);
        };
        travelling_[id] = time_.after(now.delay + milliseconds(more), std::move(arrive));
    }
    void withdraw(std::uint64_t id) noexcept override {
        auto found = names_.find(id);
        if (found == names_.end()) return;
        hosts_.erase(found->second);
        names_.erase(found);
    }

    strowger::clock& time_;
    std::mt19937 chance_;
    std::uint64_t last_ = 0;
    std::map<std::string, std::shared_ptr<receiver>> hosts_;
    std::map<std::uint64_t, std::string> names_;
    std::set<pair> cut_;
    std::map<std::uint64_t, token> travelling_;
};

}  // namespace strowger::testing
