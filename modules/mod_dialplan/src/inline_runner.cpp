#include "inline_runner.hpp"

#include <strowger/channel.hpp>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <memory>
#include <optional>

namespace strowger::dialplan_xml {

namespace {

// Kept alive by the handler, in case the application outlives the hunt.
struct outcome {
    bool done = false;
    std::exception_ptr thrown;
    boost::asio::cancellation_signal cancel;
};

}  // namespace

bool inline_runner::run(channel& self, const std::string& name, const std::string& data) {
    auto& log = context_.log();
    auto found = context_.registry().find_application(name);
    if (!found) {
        log.error(self.id(), ": there is no application \"", name,
                  "\", which the dialplan runs inline; the call ends. Is its module loaded?");
        self.hangup(hangup_cause::destination_out_of_order, "unknown inline application");
        return false;
    }
    if (!found->inline_allowed) {
        log.error(self.id(), ": application \"", name,
                  "\" cannot be executed inline and is skipped; expected it without "
                  "inline=\"true\"");
        return true;
    }
    auto end = std::make_shared<outcome>();
    loop_.restart();
    boost::asio::co_spawn(loop_, found->run(self, self.expand(data)),
                          boost::asio::bind_cancellation_slot(
                              end->cancel.slot(), [end, kept = found](std::exception_ptr thrown) {
                                  end->done = true;
                                  end->thrown = thrown;
                              }));
    loop_.poll();
    if (!end->done) {
        log.error(self.id(), ": application \"", name,
                  "\" waits, which it must not do inline; it is cancelled");
        end->cancel.emit(boost::asio::cancellation_type::terminal);
        loop_.restart();
        loop_.poll();
        return true;
    }
    if (!end->thrown) return self.state() != channel_state::ended;
    try {
        std::rethrow_exception(end->thrown);
    } catch (const std::exception& thrown) {
        log.error(self.id(), ": application \"", name, "\" failed inline: ", thrown.what());
    } catch (...) {
        log.error(self.id(), ": application \"", name, "\" failed inline");
    }
    self.hangup(hangup_cause::destination_out_of_order, "an inline application failed");
    return false;
}

}  // namespace strowger::dialplan_xml
