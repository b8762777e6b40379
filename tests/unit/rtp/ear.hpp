// A tap that writes down what it heard, and a record that stays when the tap is gone.
#pragma once

#include "sessions.hpp"

#include <array>
#include <atomic>
#include <thread>

namespace strowger::rtp::testing {

// Written on the media thread before `count` grows; read after looking at `count`.
struct ear_record {
    struct heard_packet {
        direction way = direction::inbound;
        std::uint8_t type = 0;
        std::size_t size = 0;
        std::array<std::uint8_t, 160> start{};
        bytes content() const {
            return bytes(start.begin(), start.begin() + std::min(size, start.size()));
        }
    };
    std::array<heard_packet, 64> packets;
    std::atomic<std::size_t> count{0};
    std::thread::id heard_on;
    // Written by whoever destroys it.
    std::atomic<bool> gone{false};
    std::thread::id gone_on;
    std::int64_t uses_when_gone = 0;

    bytes content(std::size_t index) const { return packets.at(index).content(); }
    // "in 0" or "out 8": the direction and the payload number.
    std::string what(std::size_t index) const {
        const auto& each = packets.at(index);
        return cat(each.way == direction::inbound ? "in " : "out ", int{each.type});
    }
    // All of them: "in 0, out 0".
    std::string all() const {
        std::string text;
        for (std::size_t i = 0; i < count.load(); ++i) text += cat(i ? ", " : "", what(i));
        return text;
    }
};

class ear final : public media_tap {
public:
    ear(std::shared_ptr<ear_record> into, use_counter& of) : into_(std::move(into)), of_(of) {}
    ~ear() override {
        into_->gone_on = std::this_thread::get_id();
        into_->uses_when_gone = of_.count();
        into_->gone = true;
    }
    void packet(direction way, std::uint8_t type,
                std::span<const std::uint8_t> payload) noexcept override {
        auto at = into_->count.load();
        auto& next = into_->packets[at % into_->packets.size()];
        next.way = way;
        next.type = type;
        next.size = payload.size();
        std::copy_n(payload.begin(), std::min(payload.size(), next.start.size()),
                    next.start.begin());
        into_->heard_on = std::this_thread::get_id();
        into_->count.store(at + 1);
    }

private:
    std::shared_ptr<ear_record> into_;
    use_counter& of_;
};

// What a test keeps of a tap that it gave away.
struct planted {
    std::shared_ptr<ear_record> record = std::make_shared<ear_record>();
    const media_tap* which = nullptr;
    result<void> taken;
};

// `of`: the lease of the module that the tap is of.
inline planted plant(media_session& on, use_counter& of) {
    planted made;
    auto listener = std::make_unique<ear>(made.record, of);
    made.which = listener.get();
    made.taken = on.tap(owned<media_tap>(use(&of), std::move(listener)));
    return made;
}

}  // namespace strowger::rtp::testing
