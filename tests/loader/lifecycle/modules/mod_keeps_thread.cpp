// Leaves a thread behind that runs its code for ever; one that no signal reaches, when told to.
#include <strowger/module.hpp>

#include <csignal>
#include <thread>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {}
    result<void> start() override {
        bool deaf = !ctx_.config().global("block_signals").empty();
        std::thread([deaf] {
            ::sigset_t all;
            ::sigfillset(&all);
            if (deaf) ::pthread_sigmask(SIG_BLOCK, &all, nullptr);
            for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }).detach();
        return {};
    }

private:
    context& ctx_;
};

}  // namespace

STROWGER_MODULE(tested)
