// Crashes: by a command, in start() when the global crash_at_start is true, or as it is mapped when
// the environment says so.
#include <strowger/module.hpp>

#include <cstdlib>

namespace {

using namespace strowger;

int* volatile nowhere = nullptr;

[[gnu::noinline]] void crash_here() {
    *nowhere = 1;  // the tests look for this function and line
    asm volatile("" ::: "memory");
}

// As what calls a module that was unmapped.
void (*volatile gone)() = reinterpret_cast<void (*)()>(0x10000);

[[gnu::noinline]] void jump_to_nowhere() {
    gone();  // and for this
    asm volatile("" ::: "memory");
}

const struct mapped {
    mapped() {
        if (std::getenv("STROWGER_TEST_CRASHES_AS_MAPPED") != nullptr) crash_here();
    }
} now_mapped;

class crashes final : public module {
public:
    explicit crashes(context& ctx) : ctx_(ctx) {}

    result<void> start() override {
        if (ctx_.config().global("crash_at_start") == "true") crash_here();
        now_ = ctx_.registry().add(crash_by("crash_now", crash_here)).value();
        jump_ = ctx_.registry().add(crash_by("crash_jump", jump_to_nowhere)).value();
        return {};
    }

private:
    static command crash_by(std::string name, void (*how)()) {
        command made{std::move(name), capability::change, "", "crashes", {}, {}, {}};
        made.answer = [how](const command_request&) {
            how();
            return command_reply{true, "+OK"};
        };
        return made;
    }

    context& ctx_;
    token now_, jump_;
};

}  // namespace

STROWGER_MODULE(crashes)
