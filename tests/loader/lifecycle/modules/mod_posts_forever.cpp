// A handler that posts itself again, for ever: stop() does not end it.
#include <strowger/module.hpp>

#include <boost/asio/post.hpp>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        again();
        return {};
    }

private:
    void again() {
        if (ctx_.config().global("let_go").empty())
            boost::asio::post(ctx_.executor(), [this] { again(); });
    }
    context& ctx_;
};

}  // namespace

STROWGER_MODULE(tested)
