// A newer generation in the place of a running one.
#include "loader/loader.hpp"

namespace strowger {

task<result<void>> loader::reload_in_turn(std::string name, bool force) {
    auto old = running(name);
    if (!old) co_return load_now(std::move(name));
    if (!old->about.side_by_side) {
        auto done = co_await replace_exclusive(old, force);
        co_return done;
    }
    auto file = path_of(name);
    auto made = load_file(name, file, file);
    if (!made)
        co_return fail(made.error().code,
                       cat(made.error().text, "; the generation that runs goes on"));
    if (force) shared_.calls.hangup_all(hangup_cause::manager_request);
    retire(old, "a newer generation took over");
    co_return result<void>();
}

task<result<void>> loader::replace_exclusive(generation_ptr old, bool force) {
    auto name = old->about.name;
    auto file = path_of(name);
    {
        // A file that would be refused is no reason to stop what runs.
        auto bytes = read_file(file);
        if (!bytes) co_return bytes.error();
        auto about = read_stamp(*bytes, file);
        if (!about) co_return about.error();
        auto fits = compare_tags(cat(name, " (", file, ")"), about->tag, options_.abi_tag);
        if (!fits) co_return fits.error();
    }
    auto unused = co_await wait_unused(old, force, shared_.clock.now() + seconds(force ? 5 : 1));
    if (!unused) co_return unused;
    if (!listed(*old) || old->now != generation::phase::running)
        co_return fail(errc::busy, cat(name, " was stopped meanwhile"));
    auto old_copy = old->copy;  // its file may have been replaced: this is what ran
    auto old_file = old->file;
    retire(old, "it was told to stop for a reload");
    bool gone = co_await wait_gone(old, shared_.clock.now() + seconds(10));
    if (!gone)
        co_return fail(errc::busy, cat(name, " was stopped for the reload and did not end: ",
                                       old->reason, "; the new one was not started"));
    old.reset();
    if (ending_) co_return fail(errc::cancelled, "the program ends");
    auto made = load_file(name, file, file);
    if (made) co_return result<void>();
    auto why = made.error();
    log_.error("the new ", name, " was not started: ", why.text, "; starting the old one again");
    co_await pause(milliseconds(10));
    if (auto failed = any(name)) co_await wait_gone(failed, shared_.clock.now() + seconds(5));
    auto again = load_file(name, *old_copy, old_file);
    if (!again)
        co_return fail(
            errc::unavailable,
            cat(why.text, "; and the old one did not start again: ", again.error().text));
    co_return fail(why.code, cat(why.text, "; the old one runs again"));
}

}  // namespace strowger
