// Runs applications while the hunt goes on (inline="true").
#pragma once

#include <strowger/context.hpp>

#include <boost/asio/io_context.hpp>

#include <string>

namespace strowger {
class channel;
}

namespace strowger::dialplan_xml {

class inline_runner {
public:
    explicit inline_runner(context& from) : context_(from) {}

    // False: the call is over (there is no such application, or it failed). An application that
    // may not run inline is refused with an error in the log, and the hunt goes on.
    bool run(channel& self, const std::string& name, const std::string& data);

private:
    context& context_;
    // Inline applications must not wait, so they run to their end here, inside the hunt.
    boost::asio::io_context loop_{1};
};

}  // namespace strowger::dialplan_xml
