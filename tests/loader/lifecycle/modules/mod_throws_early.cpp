// Throws in its constructor.
#include <strowger/module.hpp>

#include <stdexcept>

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {
        throw std::runtime_error("the constructor is unhappy");
    }
    result<void> start() override {
        static_cast<void>(ctx_);
        return {};
    }

private:
    context& ctx_;
};

}  // namespace

STROWGER_MODULE(tested)
