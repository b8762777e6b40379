#include "registrar/registrar.hpp"

#include "message/build.hpp"
#include "registrar/expiry_watch.hpp"
#include "registrar/facts.hpp"
#include "registrar/plan.hpp"
#include "registrar/request.hpp"
#include "registrar/store_gap.hpp"

#include <strowger/text.hpp>

#include <deque>
#include <unordered_map>

namespace strowger::sofia {
namespace {

constexpr std::string_view store_name = "registration_store/1";
constexpr std::size_t most_waiting = 16;  // REGISTERs behind a pending commit, per address

std::string_view view(const char* text) noexcept { return text ? text : ""; }

std::string lowered(std::string_view text) {
    std::string out(text);
    for (auto& c : out) c = ascii_lower(c);
    return out;
}

int seconds_left(const binding& what, wall_time now) {
    auto left = std::chrono::ceil<seconds>(what.expires - now).count();
    return static_cast<int>(std::max<std::int64_t>(left, 0));
}

void respond_later(const server_transaction_ptr& what, int status, std::string_view phrase) {
    auto response = make_response(what->request(), status, phrase);
    (void)add_header(response, "Retry-After", "5");
    what->respond(std::move(response));
}

class store_registrar final : public registrar {
public:
    store_registrar(context& core, registrar_settings settings, transport& transports)
        : core_(core),
          settings_(std::move(settings)),
          transports_(transports),
          watch_(core.clock(), [this](const binding& what) { expired(what); }),
          gap_(core.clock(), [this] { return static_cast<bool>(store()); }),
          self_(std::make_shared<store_registrar*>(this)) {
        watch_known_ones();
    }
    ~store_registrar() override { *self_ = nullptr; }

    void handle(const server_transaction_ptr& what,
                std::shared_ptr<const directory_user> who) override {
        auto asked = read_register(what->request(), *what->from());
        if (!asked) return what->respond(asked.error().status, asked.error().phrase);
        if (auto refused = address_of(what->request(), who.get(), *asked))
            return what->respond(refused->status, refused->phrase);
        auto key = cat(asked->user, '@', asked->domain);
        // Behind those of the same address, then behind those that wait for the store.
        if (lines_.count(key) != 0 || gap_.over())
            enter(key, {what, std::move(*asked)});
        else
            wait_for_store(key, {what, std::move(*asked)});
    }

    void flow_closed(const flow_ptr& which) override {
        // Its bindings stay, unreachable, until the phone comes back or they expire: the flow's id
        // is found no more, and calls to them end at once with 480.
        if (which && which->kind() != transport_kind::udp && !which->authenticated_user().empty())
            core_.log().debug("the connection of ", which->authenticated_user(), " from ",
                              to_string(which->remote()), " is gone");
    }

    std::vector<binding> bindings() const override {
        std::vector<binding> out;
        auto from = store();
        if (!from) return out;
        from->each([&](const binding& one) {
            if (one.profile == settings_.profile) out.push_back(one);
        });
        return out;
    }

private:
    struct waiting {
        server_transaction_ptr what;
        register_request asked;
    };

    lease<registration_store> store() const {
        return core_.registry().find<registration_store>(store_name);
    }

    // RFC 3261, 10.3, 5: whose registration is it? Fills in user and domain.
    std::optional<refusal> address_of(const message& from, const directory_user* who,
                                      register_request& asked) const {
        const auto* url = from.sip()->sip_to->a_url;
        auto name = view(url->url_user);
        auto host = lowered(view(url->url_host));
        if (name.empty() || host.empty()) return refusal{404, {}};
        asked.user = name;
        asked.domain = host;
        if (who) {
            asked.authenticated_as = who->id;
            if (is_true(who->params.get("sip-forbid-register"))) return refusal{403, {}};
            asked.domain = who->domain;
            auto owner = core_.directory().find(name, who->domain);
            if (!owner) return refusal{404, {}};
            asked.user = owner->id;
        }
        if (!settings_.force_domain.empty()) asked.domain = settings_.force_domain;
        return std::nullopt;
    }

    bool unreachable(const binding& what) const {
        return what.transport != "udp" && !transports_.find(what.flow);
    }

    // RFC 3261, 10.3: requests for one address are processed in the order they came in.
    void enter(const std::string& key, waiting one) {
        auto line = lines_.find(key);
        if (line == lines_.end()) return carry_out(key, std::move(one));
        if (line->second.size() >= most_waiting) return respond_later(one.what, 503, {});
        line->second.push_back(std::move(one));
    }

    // A store that is being reloaded is back in a moment.
    void wait_for_store(const std::string& key, waiting one) {
        auto kept = std::make_shared<waiting>(std::move(one));
        bool waits = gap_.wait([this, key, kept](bool there) {
            if (there) return enter(key, std::move(*kept));
            refuse_without_store(key, *kept);
        });
        if (!waits) refuse_without_store(key, *kept);
    }

    void refuse_without_store(const std::string& key, const waiting& one) {
        core_.log().error("a REGISTER of ", key,
                          " is answered 503: no registration store is loaded (load mod_sqlite)");
        respond_later(one.what, 503, {});
    }

    void carry_out(const std::string& key, waiting one) {
        auto keeper = store();
        if (!keeper) return wait_for_store(key, std::move(one));
        gap_.found();
        watch_known_ones();
        auto known = keeper->find(one.asked.user, one.asked.domain);
        auto plan =
            plan_registration(one.asked, known, settings_, core_.node(), core_.clock().wall(),
                              [this](const binding& each) { return unreachable(each); });
        if (plan.status == 423) {
            auto response = make_response(one.what->request(), 423, plan.phrase);
            (void)add_header(response, "Min-Expires", cat(plan.min_expires));
            return one.what->respond(std::move(response));
        }
        if (plan.status != 200) return one.what->respond(plan.status, plan.phrase);
        if (!plan.changes()) return accept(one, *keeper);

        lines_[key];  // from here on, what comes for this address waits
        auto removed = copies_of(plan.change.remove, known);
        auto put = plan.change.put;
        auto kept = std::make_shared<waiting>(std::move(one));
        auto held = std::make_shared<lease<registration_store>>(keeper);
        keeper->apply(std::move(plan.change),
                      [self = self_, key, kept, held, removed = std::move(removed),
                       put = std::move(put)](result<void> outcome) {
                          if (auto* still_here = *self)
                              still_here->committed(key, *kept, **held, removed, put, outcome);
                      });
    }

    static std::vector<binding> copies_of(const std::vector<std::string>& contacts,
                                          const std::vector<const binding*>& known) {
        std::vector<binding> out;
        for (const auto& contact : contacts)
            for (const auto* one : known)
                if (one->contact == contact) out.push_back(*one);
        return out;
    }

    void committed(const std::string& key, const waiting& one, const registration_store& store,
                   const std::vector<binding>& removed, const std::vector<binding>& put,
                   const result<void>& outcome) {
        if (outcome) {
            accept(one, store);
            tell(removed, put);
        } else {
            core_.log().warning("a REGISTER of ", key, " is answered 500: ", outcome.error().text);
            respond_later(one.what, 500, {});
        }
        next(key);
    }

    void next(const std::string& key) {
        // Queries and refusals end at once; the next change occupies the line again.
        auto line = lines_.extract(key);
        while (line && !line.mapped().empty()) {
            auto one = std::move(line.mapped().front());
            line.mapped().pop_front();
            carry_out(key, std::move(one));
            if (auto again = lines_.find(key); again != lines_.end()) {
                again->second = std::move(line.mapped());
                return;
            }
        }
    }

    // RFC 3261, 10.3, 8: 200 with all bindings and what is left of their time.
    void accept(const waiting& one, const registration_store& store) {
        auto response = make_response(one.what->request(), 200);
        for (const auto* each : store.find(one.asked.user, one.asked.domain)) {
            auto value =
                cat('<', each->contact, ">;expires=", seconds_left(*each, core_.clock().wall()));
            if (each->q_millis < 1000) {
                auto decimals = cat(1000 + each->q_millis);
                value += cat(";q=0.", std::string_view(decimals).substr(1));
            }
            if (!each->instance.empty()) value += cat(";+sip.instance=\"", each->instance, '"');
            if (each->reg_id != 0) value += cat(";reg-id=", each->reg_id);
            (void)add_header(response, "Contact", value);
        }
        // RFC 3327, 5.3: the path is shown to a phone that knows what it means.
        if (one.asked.wants_path && !one.asked.path.empty())
            (void)add_header(response, "Path", one.asked.path);
        one.what->respond(std::move(response));
    }

    void tell(const std::vector<binding>& removed, const std::vector<binding>& put) {
        for (const auto& one : removed) {
            watch_.forget(one.user, one.domain, one.contact);
            core_.bus().publish(sofia_unregister{{one, 0}});
        }
        for (const auto& one : put) {
            watch_.set(one);
            core_.bus().publish(sofia_register{{one, seconds_left(one, core_.clock().wall())}});
        }
    }

    // Those of an earlier start; again when the store was replaced.
    void watch_known_ones() {
        auto from = store();
        if (!from || watched_ == from.get()) return;
        watched_ = from.get();
        from->each([&](const binding& one) {
            if (one.profile == settings_.profile) watch_.set(one);
        });
    }

    void expired(const binding& what) {
        if (auto from = store())
            for (const auto* one : from->find(what.user, what.domain))
                if (one->contact == what.contact) return watch_.set(*one);
        core_.bus().publish(sofia_expire{{what, 0}});
    }

    context& core_;
    registrar_settings settings_;
    transport& transports_;
    const registration_store* watched_ = nullptr;                 // compared, never used
    std::unordered_map<std::string, std::deque<waiting>> lines_;  // addresses with a commit pending
    expiry_watch watch_;
    store_gap gap_;
    std::shared_ptr<store_registrar*> self_;  // outcomes find the registrar, or that it is gone
};

}  // namespace

registrar::~registrar() = default;

std::unique_ptr<registrar> make_registrar(context& core, registrar_settings settings,
                                          transport& transports) {
    return std::make_unique<store_registrar>(core, std::move(settings), transports);
}

}  // namespace strowger::sofia
