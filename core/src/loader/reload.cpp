// A newer generation in the place of a running one.
#include "loader/loader.hpp"

#include "log/problems.hpp"

namespace strowger {

// A new generation starts with what the files say now.
result<void> loader::read_configuration() {
    problems found;
    auto read = shared_.config.reload(found);
    write_problems(log_, found);
    if (read) return {};
    for (const auto& each : found)
        if (each.level == severity::error)
            return fail(
                read.error().code,
                cat("the configuration has an error: ", each.where.text(), ": ", each.text));
    return read;
}

task<result<void>> loader::reload_in_turn(std::string name, bool force, milliseconds patience) {
    auto old = running(name);
    auto fresh = read_configuration();
    if (!fresh)
        co_return fail(fresh.error().code, cat(name, " is not reloaded: ", fresh.error().text));
    if (!old) {
        auto loaded = co_await load_in_turn(std::move(name));
        co_return loaded;
    }
    if (!old->about.side_by_side) {
        auto deadline =
            real::now() + std::max<milliseconds>(patience, force ? seconds(5) : seconds(0));
        auto done = co_await replace_exclusive(old, force, deadline);
        co_return done;
    }
    auto fetched = co_await fetch_aside(name, old->file);
    if (fetched && running(name) != old)
        co_return fail(errc::busy, cat(name, " was stopped meanwhile"));
    auto made = fetched ? start_new(std::move(*fetched)) : fetched.error();
    if (!made)
        co_return fail(made.error().code,
                       cat(made.error().text, "; the generation that runs goes on"));
    if (force) shared_.calls.hangup_all(hangup_cause::manager_request);
    retire(old, "a newer generation took over");
    co_return result<void>();
}

task<result<void>> loader::replace_exclusive(generation_ptr old, bool force, steady_time deadline) {
    auto name = old->about.name;
    // A file that would be refused is no reason to stop what runs.
    auto fetched = co_await fetch_aside(name, old->file);
    if (!fetched)
        co_return fail(fetched.error().code,
                       cat(fetched.error().text, "; the one that runs goes on"));
    auto unused = co_await wait_unused(old, force, deadline);
    if (!unused) co_return unused;
    if (!listed(*old) || old->now != generation::phase::running)
        co_return fail(errc::busy, cat(name, " was stopped meanwhile"));
    // Its file may have been replaced: this is what ran.
    candidate before{old->about, old->file, old->copy, real::now()};
    retire(old, "it was told to stop for a reload");
    bool gone = co_await wait_gone(old, real::now() + seconds(10));
    if (!gone)
        co_return fail(errc::busy, cat(name, " was stopped for the reload and did not end: ",
                                       old->reason, "; the new one was not started"));
    old.reset();
    if (ending_) co_return fail(errc::cancelled, "the program ends");
    auto made = start_new(std::move(*fetched));
    if (made) co_return result<void>();
    auto why = made.error();
    log_.error("the new ", name, " was not started: ", why.text, "; starting the old one again");
    co_await pause(milliseconds(10));
    if (auto failed = any(name)) co_await wait_gone(failed, real::now() + seconds(5));
    before.begun = real::now();
    auto again = start_new(std::move(before));
    if (!again)
        co_return fail(
            errc::unavailable,
            cat(why.text, "; and the old one did not start again: ", again.error().text));
    co_return fail(why.code, cat(why.text, "; the old one runs again"));
}

}  // namespace strowger
