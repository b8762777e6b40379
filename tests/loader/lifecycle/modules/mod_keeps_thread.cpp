// Leaves a thread behind that runs its code until a global says "go".
#include <strowger/module.hpp>

#include <atomic>
#include <cstdlib>
#include <thread>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context&) {}
    result<void> start() override {
        std::thread([] {
            for (;;) std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }).detach();
        return {};
    }
};

}  // namespace

STROWGER_MODULE(tested)
