#include "apps.hpp"

namespace strowger::apps {

std::vector<application> all_applications(context& in) {
    std::vector<application> out;
    for (auto* make : {make_answer, make_pre_answer, make_ring_ready, make_bridge, make_set,
                       make_multiset, make_export, make_unset, make_log, make_sleep, make_echo,
                       make_hangup, make_transfer, make_playback, make_read})
        out.push_back(make(in));
    return out;
}

}  // namespace strowger::apps
