// Asio's services must be the core's: one that is first used inside a module keeps its vtable
// there, and the context's destructor crashes after the module was unmapped.
#pragma once

#include <boost/asio/io_context.hpp>

namespace strowger {

// Constructs on `on` every service that modules may use. Before the first module is loaded.
void prepare_services(boost::asio::io_context& on);

}  // namespace strowger
