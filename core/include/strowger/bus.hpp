// The event bus: facts, told in order to everybody who subscribed. Control loop only.
//
// A fact is a small struct of its own type:
//     struct channel_answer {
//         static constexpr std::string_view name = "CHANNEL_ANSWER";
//         … members …
//         void fields(field_sink& out) const;   // FreeSWITCH's header names
//     };
// It lives no longer than its publish(): who keeps something copies it. Nobody can change it, and
// a subscriber that throws is logged and does not disturb the others.
#pragma once

#include <strowger/lease.hpp>
#include <strowger/token.hpp>

#include <functional>
#include <string_view>

namespace strowger {

// Receives a fact as text, header by header.
class field_sink {
public:
    virtual void field(std::string_view name, std::string_view value) = 0;

protected:
    ~field_sink() = default;
};

// A fact of any type, as a text client sees it. Borrowed for the length of the call.
class fact_view {
public:
    virtual std::string_view name() const noexcept = 0;
    virtual void fields(field_sink& out) const = 0;

protected:
    ~fact_view() = default;
};

class bus {
public:
    virtual ~bus();

    // Nothing is built for a fact that nobody wants: ask first where building costs.
    template <class Fact>
    bool wanted() const noexcept {
        return wanted(Fact::name);
    }

    template <class Fact>
    void publish(const Fact& fact) {
        if (!wanted(Fact::name)) return;
        struct view final : fact_view {
            const Fact& fact_;
            explicit view(const Fact& f) : fact_(f) {}
            std::string_view name() const noexcept override { return Fact::name; }
            void fields(field_sink& out) const override { fact_.fields(out); }
        } const viewed{fact};
        deliver(Fact::name, &fact, viewed);
    }

    template <class Fact>
    token subscribe(std::function<void(const Fact&)> hear) {
        return add(Fact::name, [hear = std::move(hear)](const void* fact, const fact_view&) {
            hear(*static_cast<const Fact*>(fact));
        });
    }
    // Hears facts by name, as text; an empty name hears all of them.
    token subscribe_named(std::string_view name, std::function<void(const fact_view&)> hear) {
        return add(name,
                   [hear = std::move(hear)](const void*, const fact_view& view) { hear(view); });
    }

protected:
    using raw_handler = std::function<void(const void*, const fact_view&)>;
    virtual bool wanted(std::string_view name) const noexcept = 0;
    virtual void deliver(std::string_view name, const void* fact, const fact_view& view) = 0;
    virtual token add(std::string_view name, raw_handler handler) = 0;
};

}  // namespace strowger
