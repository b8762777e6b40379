// Takes a handle of itself, so that it stays mapped: quarantine.
#include <strowger/module.hpp>

#include <dlfcn.h>

namespace {
int anchor = 0;
}

namespace {

using namespace strowger;

class tested final : public module {
public:
    explicit tested(context& ctx) : ctx_(ctx) {
        ::Dl_info about;
        if (::dladdr(&anchor, &about) != 0) static_cast<void>(::dlopen(about.dli_fname, RTLD_NOW));
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
