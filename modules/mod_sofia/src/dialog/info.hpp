// INFO as a carrier of digits: how the request is answered, and the digit it brought. Pure.
#pragma once

#include "message/message.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace strowger::sofia {

struct info_outcome {
    int status = 200;
    std::string phrase = {};  // empty: the status's own
    std::vector<std::pair<std::string, std::string>> headers = {};
    char digit = 0;  // 0: none
    std::chrono::milliseconds duration{0};
};

info_outcome read_info(const message& asked);

}  // namespace strowger::sofia
