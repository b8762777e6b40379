// A dialplan: decides what a channel does. "dialplan/XML" and its like in the registry.
#pragma once

#include <strowger/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace strowger {

class channel;

struct dialplan_action {
    std::string application;
    std::string data;  // captures are in it already; ${} is expanded when it runs
};

struct route {
    std::string extension;  // the name of the extension that matched
    std::vector<dialplan_action> actions;
};

class dialplan {
public:
    virtual ~dialplan();
    // Control loop; must not wait. errc::not_found: no extension matched, or no such context (the
    // text says which). May run inline applications and set variables on the channel.
    virtual result<route> find_route(channel& self, std::string_view context) = 0;
};

}  // namespace strowger
