// The hunt: walks the extensions of a context and collects actions, which run only afterwards.
#pragma once

#include "plan.hpp"

#include <strowger/dialplan.hpp>

#include <list>
#include <string>
#include <string_view>
#include <utility>

namespace strowger::dialplan_xml {

// Whom the hunt is for. A channel, or a test.
class hunt_subject {
public:
    virtual ~hunt_subject() = default;
    // A field of the caller profile; empty when there is none of that name.
    virtual std::string_view field(std::string_view name) const = 0;
    virtual std::string expand(std::string_view text) = 0;
    virtual void set_variable(std::string_view name, std::string value) = 0;
    // Runs an inline application; `data` is not expanded yet. False ends the hunt: the call is
    // over.
    virtual bool run_inline(const std::string& application, const std::string& data) = 0;
};

// Patterns that expansion makes, kept for the next call. Bounded.
class pattern_cache {
public:
    // nullptr: it is broken.
    const pattern* find(std::string_view text);
    std::size_t size() const noexcept { return kept_.size(); }

private:
    std::list<std::pair<std::string, pattern>> kept_;  // the latest first
};

class hunt {
public:
    hunt(const plan& what, pattern_cache& cache, hunt_subject& subject)
        : plan_(what), cache_(cache), subject_(subject) {}
    // errc::not_found: no such context, or nothing in it matched; errc::closed: an inline
    // application ended the call.
    result<route> run(std::string_view context);

private:
    enum class verdict { no_match, match, over };
    verdict try_conditions(const std::vector<condition>& conditions);
    bool holds(const condition& each, captures& caught, bool& has_captures);
    bool set_holds(const condition& each, captures& caught, bool& has_captures);
    bool passes(const test& each, captures* caught);
    bool collect(const std::vector<action>& actions, const captures* caught);
    void keep_matches(std::string_view name, const captures& caught);

    const plan& plan_;
    pattern_cache& cache_;
    hunt_subject& subject_;
    route found_;
};

}  // namespace strowger::dialplan_xml
