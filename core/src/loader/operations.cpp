// What operators ask for, one operation at a time for each module, and to its end.
#include "loader/loader.hpp"

#include "runtime/running.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <optional>

namespace strowger {

namespace asio = boost::asio;

namespace {

// Where the operation leaves its outcome. The timer never expires: cancelling it is the waking.
struct outcome_box {
    explicit outcome_box(asio::io_context& loop)
        : over(loop, asio::steady_timer::time_point::max()) {}
    asio::steady_timer over;
    std::optional<result<void>> outcome;
};

// One module, one turn, however it was named.
std::string turn_of(std::string_view name_or_path) {
    auto name = name_or_path.substr(name_or_path.rfind('/') + 1);  // npos + 1: all of it
    if (name.ends_with(".so")) name.remove_suffix(3);
    return std::string(name);
}

error error_of(std::exception_ptr thrown) {
    try {
        std::rethrow_exception(std::move(thrown));
    } catch (const std::exception& failed) {
        return fail(errc::internal,
                    cat("the operation ended with: ", std::string_view(failed.what())));
    } catch (...) {
        return fail(errc::internal, "the operation ended with an exception of an unknown type");
    }
}

}  // namespace

task<result<void>> loader::in_turn(std::string name, task<result<void>> work) {
    auto turn = co_await turns_.take(std::move(name));
    auto outcome = co_await std::move(work);
    co_return outcome;
}

task<result<void>> loader::apart(std::string name, task<result<void>> work) {
    auto box = std::make_shared<outcome_box>(shared_.loop);
    auto ended = [box](std::exception_ptr thrown, result<void> outcome) {
        box->outcome = thrown ? error_of(std::move(thrown)) : std::move(outcome);
        box->over.cancel();
    };
    asio::co_spawn(shared_.loop, in_turn(std::move(name), std::move(work)), ended);
    if (!box->outcome) {
        // No cancellation reaches this wait: it ends when the operation has, which has deadlines.
        auto completion = asio::bind_cancellation_slot(asio::cancellation_slot(),
                                                       asio::as_tuple(asio::use_awaitable));
        co_await box->over.async_wait(completion);
    }
    co_return *box->outcome;
}

// A module whose code waits for its own end would wait in vain.
result<void> loader::may_end(std::string_view name) const {
    const auto* asks = this_activity() == nullptr ? nullptr : this_activity()->what.load();
    if (asks == nullptr || name != asks) return {};
    return fail(errc::busy, cat(name,
                                " runs this very command: reload it, which waits for nobody, "
                                "or let another module unload it"));
}

task<result<void>> loader::load(std::string name) {
    auto work = load_in_turn(name);
    auto outcome = co_await apart(turn_of(name), std::move(work));
    co_return outcome;
}

task<result<void>> loader::unload(std::string name, bool force, milliseconds patience) {
    if (auto may = may_end(name); !may) co_return may;
    auto work = unload_in_turn(name, force, patience);
    auto outcome = co_await apart(turn_of(name), std::move(work));
    co_return outcome;
}

task<result<void>> loader::reload(std::string name, bool force, milliseconds patience) {
    auto work = reload_in_turn(name, force, patience);
    auto outcome = co_await apart(turn_of(name), std::move(work));
    co_return outcome;
}

}  // namespace strowger
