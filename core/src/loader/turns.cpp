#include "loader/turns.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace strowger {

namespace asio = boost::asio;

turns::turns(asio::io_context& loop) : loop_(loop) {}

turns::~turns() { queues_->clear(); }

void turns::leave(queues& all, const std::string& name) {
    auto found = all.find(name);
    if (found == all.end()) return;  // the end of everything
    auto& waiting = found->second;
    waiting.pop_front();
    if (waiting.empty())
        all.erase(found);
    else
        waiting.front()->cancel();
}

task<turns::holder> turns::take(std::string name) {
    auto never = asio::steady_timer::time_point::max();
    auto mine = std::make_shared<asio::steady_timer>(loop_, never);
    auto& waiting = (*queues_)[name];
    waiting.push_back(mine);
    if (waiting.front() != mine) {
        auto completion = asio::as_tuple(asio::use_awaitable);
        co_await mine->async_wait(completion);
    }
    auto all = queues_;
    auto give_back = [all, name](void*) { leave(*all, name); };
    co_return holder(nullptr, give_back);
}

}  // namespace strowger
