#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

void terminal::tell_width(connection& pbx) {
    winsize size{};
    if (isatty(STDOUT_FILENO) == 0 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return;
    if (size.ws_col == told_) return;
    told_ = size.ws_col;
    // An older PBX does not know it, and prints tables as wide as they are.
    static_cast<void>(pbx.ask("width " + std::to_string(told_)));
}
