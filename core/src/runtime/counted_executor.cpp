#include "runtime/counted_executor.hpp"

namespace strowger {

boost::asio::any_io_executor make_counted_executor(boost::asio::io_context& on,
                                                   module_uses::counter& counter) {
    return counted_executor<boost::asio::io_context::executor_type>(on.get_executor(), counter);
}

}  // namespace strowger
