// Calls back who hangs up while it rings: they pay nothing.
//     <action application="bridge" data="callback/user/1001"/>
// The endpoint "callback" makes a leg that only rings. When the caller has hung up, they are called
// (as callback.conf.xml says), and then connected with the dial string.
#include <strowger/calls.hpp>
#include <strowger/module.hpp>
#include <strowger/text.hpp>

#include <set>

namespace {

using namespace strowger;

// Who is called back, from which number they called, and who they wanted.
struct wish {
    std::string caller, called, dial_string;
};

// [begin leg]
// Rings until somebody gives up. Orders return at once: what comes of them is told later, by
// alarms; their tokens go with the leg, so that no alarm finds it gone.
class ringing_leg final : public leg {
public:
    using given_up = std::function<void(wish)>;
    ringing_leg(strowger::clock& time, seconds patience, wish what, given_up then)
        : time_(time), patience_(patience), wish_(std::move(what)), then_(std::move(then)) {}

    void attach(leg_events& events) override { events_ = &events; }
    result<void> start(std::string) override {  // our offer goes nowhere: nobody answers
        soon_ = time_.after(milliseconds(0), [this] { events_->ringing({}); });
        late_ = time_.after(patience_, [this] {
            events_->ended(hangup_cause::no_answer, "the caller did not hang up to be called back");
        });
        return {};
    }
    void hangup(hangup_cause cause, std::string_view) override {
        late_.reset();
        soon_ = time_.after(milliseconds(0), [this, cause] { events_->ended(cause, {}); });
        // The caller's own hanging up. A shutdown and another phone that answered have others.
        if (cause == hangup_cause::originator_cancel) then_(wish_);
    }
    leg_facts facts() const override {
        leg_facts out;
        out.way = direction::outbound;
        out.transport = "callback";
        return out;
    }
    // These are for inbound and for answered legs.
    result<void> ring() override { return never(); }
    result<void> progress(std::string) override { return never(); }
    result<void> answer(std::string) override { return never(); }
    result<void> reoffer(std::string) override { return never(); }

private:
    static error never() { return fail(errc::unsupported, "this leg only rings"); }

    strowger::clock& time_;
    seconds patience_;
    wish wish_;
    given_up then_;
    leg_events* events_ = nullptr;
    token soon_, late_;
};
// [end leg]

// A number may be called back again when this goes, however its coroutine ends.
class forgetting {
public:
    forgetting(std::set<std::string>& all, std::string number)
        : all_(all), number_(std::move(number)) {}
    ~forgetting() { all_.erase(number_); }
    forgetting(const forgetting&) = delete;
    forgetting& operator=(const forgetting&) = delete;

private:
    std::set<std::string>& all_;
    std::string number_;
};

struct settings {
    std::string dial_caller;
    seconds delay{0}, patience{0};
};

settings read_settings(const config_snapshot& config, problems& found) {
    const config_node nothing;
    const std::vector<param_spec> specs{
        {"dial-caller", param_type::text, "user/${caller_id_number}"},
        {"delay", param_type::duration_s, "3", 0, 600},
        {"patience", param_type::duration_s, "20", 1, 120}};
    const auto* file = config.file("callback.conf");
    const auto* node = file != nullptr ? file->child("settings") : nullptr;
    param_set params(node != nullptr ? *node : nothing, specs, found);
    return {params.text("dial-caller"), seconds(params.integer("delay")),
            seconds(params.integer("patience"))};
}

class callback final : public module, public endpoint {
public:
    explicit callback(context& core) : core_(core) {}

    void check(const config_snapshot& config, problems& found) override {
        read_settings(config, found);
    }

    result<void> start() override {
        application app;
        app.name = "callback_connect";
        app.syntax = "<dial string>";
        app.help = "What a caller who was called back hears: the other one is called.";
        app.run = [this](channel& self, std::string dial) { return connect(&self, dial); };
        auto added = core_.registry().add(std::move(app));
        if (!added) return added.error();
        auto named = core_.registry().provide<endpoint>("endpoint/callback", *this);
        if (!named) return named.error();
        application_ = std::move(*added);
        endpoint_ = std::move(*named);
        return {};
    }

    // [begin originate]
    boost::system::result<channel_ptr, failure> originate(originate_request request) override {
        auto number = request.caller.caller_id_number;
        // It becomes part of a dial string, and an outsider chose it.
        if (number.empty() || number.size() > 20 ||
            number.find_first_not_of("0123456789") != number.npos)
            return failure{hangup_cause::call_rejected, "the caller has no number to call back"};
        auto now = read_now();
        wish what{number, request.caller.destination_number, request.address};
        auto then = [this](wish given_up) { promise(std::move(given_up)); };
        outgoing_call call;
        // The holder keeps this module mapped until the leg has gone.
        call.signalling = owned<leg>(
            request.holder, std::make_unique<ringing_leg>(core_.clock(), now.patience, what, then));
        call.caller = request.caller;
        call.caller.destination_number = request.address;
        call.caller.chan_name = "callback/" + request.address;
        call.vars = request.vars;
        call.parent = request.parent;
        auto made = core_.calls().outgoing(std::move(call));
        if (!made) return failure{hangup_cause::normal_temporary_failure, made.error().text};
        return *made;
    }
    // [end originate]

private:
    settings read_now() const {
        problems said_by_check;
        return read_settings(*core_.config().current(), said_by_check);
    }

    // [begin promise]
    // One at a time for each number, and not too many: callers are not ours to trust.
    void promise(wish what) {
        constexpr std::size_t most = 100;
        if (waiting_.size() >= most || !waiting_.insert(what.caller).second) return;
        core_.log().notice(what.caller, " is called back");
        auto name = "call back " + what.caller;
        core_.spawn(std::move(name), call_back(std::move(what)));
    }

    // The module's own work: it ends with the module, wherever it stands.
    task<> call_back(wish what) {
        forgetting at_the_end(waiting_, what.caller);
        auto now = read_now();
        co_await core_.sleep_for(now.delay);
        variables vars;
        vars.set("caller_id_number", what.caller);
        auto dial = core_.calls().expand(now.dial_caller, &vars);
        originate_options options;
        options.caller.caller_id_number = what.called;
        auto calling = core_.calls().originate(std::move(dial), std::move(options));
        auto answered = co_await std::move(calling);
        if (!answered) {
            core_.log().notice(what.caller, " cannot be called back: ", answered.error().text, " (",
                               to_string(answered.error().cause), ")");
            co_return;
        }
        // From now on it is an ordinary call, which outlives a reload of this module.
        auto& who = **answered;
        who.vars().set("effective_caller_id_number", what.caller);
        core_.calls().execute(*answered, "callback_connect", what.dial_string);
    }

    // The call's work: it ends with the call, and the module stays mapped until then.
    task<> connect(channel* self, std::string dial_string) {
        originate_options options;
        options.parent = core_.calls().find(self->id());
        auto calling = core_.calls().originate(std::move(dial_string), std::move(options));
        auto other = co_await std::move(calling);
        if (!other) {
            self->hangup(other.error().cause, other.error().text);
            co_return;
        }
        co_await self->bridge(*other);
    }
    // [end promise]

    context& core_;
    std::set<std::string> waiting_;  // numbers that are being called back
    token application_, endpoint_;
};

}  // namespace

STROWGER_MODULE(callback)
