// The terminal that answers are printed to.
#pragma once

#include "connection.hpp"

#include <cstddef>

// Tells the PBX how wide it is, so that tables fit, and again when it was resized. Without a
// terminal nothing is told, and nothing is cut.
class terminal {
public:
    // Throws as connection::ask does.
    void tell_width(connection& pbx);

private:
    std::size_t told_ = 0;
};
