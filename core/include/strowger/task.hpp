// A call is a coroutine: applications and everything else that waits return task<T>.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace strowger {

template <class T = void>
using task = boost::asio::awaitable<T>;
using executor = boost::asio::any_io_executor;

}  // namespace strowger
