// Hands out an object with a lease.
#include "../giver.hpp"

#include <strowger/module.hpp>

namespace {

using namespace strowger;
using strowger::testing::giver;

class tap final : public media_tap {
public:
    void packet(direction, std::uint8_t, std::span<const std::uint8_t>) noexcept override {}
};

class tested final : public module, giver {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        auto provided = ctx_.registry().provide<giver>("giver/1", *this);
        if (!provided) return provided.error();
        token_ = std::move(*provided);
        return {};
    }
    owned<media_tap> give() override {
        return owned<media_tap>(ctx_.hold(), std::make_unique<tap>());
    }

private:
    context& ctx_;
    token token_;
};

}  // namespace

STROWGER_MODULE(tested)
