// Answers, says hello in the log, stays until the caller has hung up, and says goodbye.
#include <strowger/events.hpp>
#include <strowger/module.hpp>
using namespace strowger;

class hello final : public module {
public:
    explicit hello(context& core) : core_(core) {}
    result<void> start() override {
        application app{.name = "hello", .syntax = "<name>", .help = "Greets whoever calls."};
        app.run = [this](channel& caller, std::string name) { return greet(&caller, name); };
        app_ = core_.registry().add(app).value();
        hangups_ = core_.bus().subscribe<channel_hangup>([this](const channel_hangup& fact) {
            if (auto name = fact.who.lookup("greeted")) core_.log().notice("goodbye, ", *name);
        });
        return {};
    }
    void stop() noexcept override { hangups_.reset(); }  // after a reload the new one hears them

private:
    task<> greet(channel* caller, std::string name) {
        caller->answer().value();
        caller->vars().set("greeted", name);
        core_.log().notice("hello, ", name);
        co_await caller->sleep(std::chrono::hours(1));  // a hangup ends it
    }
    context& core_;
    token app_, hangups_;
};
STROWGER_MODULE(hello)
