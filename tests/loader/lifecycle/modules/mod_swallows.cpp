// A coroutine that swallows cancellation until a global lets it go.
#include <strowger/module.hpp>

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        ctx_.spawn("stubborn", stubborn());
        return {};
    }

private:
    context& ctx_;
    task<> stubborn() {
        co_await boost::asio::this_coro::reset_cancellation_state(
            boost::asio::disable_cancellation());
        while (ctx_.config().global("let_go").empty()) co_await ctx_.sleep_for(milliseconds(1));
    }
};

}  // namespace

STROWGER_MODULE(tested)
