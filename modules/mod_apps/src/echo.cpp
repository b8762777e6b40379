// echo: the caller hears itself.
#include "answering.hpp"
#include "apps.hpp"

namespace strowger::apps {
namespace {

class echoing {
public:
    explicit echoing(channel& who) : who_(who) { turn(true); }
    ~echoing() { turn(false); }
    echoing(const echoing&) = delete;
    echoing& operator=(const echoing&) = delete;

private:
    void turn(bool on) {
        if (auto* media = who_.media()) media->echo(on);
    }
    channel& who_;
};

task<> run_echo(logger* log, channel* self) {
    if (!done(*self, *log, "echo", self->pre_answer())) co_return;
    echoing now(*self);
    for (;;) {
        auto nap = self->sleep(std::chrono::hours(1));
        co_await std::move(nap);
    }
}

}  // namespace

application make_echo(context& in) {
    application out;
    out.name = "echo";
    out.help = "Sends back what the caller says, until the call ends.";
    out.run = [log = &in.log()](channel& self, std::string) { return run_echo(log, &self); };
    return out;
}

}  // namespace strowger::apps
