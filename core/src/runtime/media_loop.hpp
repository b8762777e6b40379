// A media thread: one epoll, one ring of tasks from the control loop, one 20 ms tick.
#pragma once

#include <strowger/media_loop.hpp>
#include <strowger/task.hpp>

#include <memory>
#include <string>

namespace strowger {

// Starts the thread. The loop is made, used and destroyed on the control loop's thread; destroying
// it runs what was posted, joins the thread and then calls what is still owed (done, destructors).
// Tasks that do not fit into the ring (4096) wait on the control loop, in order.
// Throws std::system_error when the kernel gives no epoll, eventfd or timerfd.
std::unique_ptr<media_loop> make_media_loop(executor control_loop, std::string thread_name);

}  // namespace strowger
