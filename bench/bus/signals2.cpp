#include "measure.hpp"

#include <boost/signals2.hpp>

#include <vector>

namespace bench {

namespace signals = boost::signals2;

figures signals2(long facts, int subscribers) {
    signals::signal_type<void(const happening&),
                         signals::keywords::mutex_type<signals::dummy_mutex>>::type happened;
    figures out;
    std::uint64_t sum = 0;
    std::vector<signals::scoped_connection> connections;
    for (int i = 0; i < subscribers; ++i)
        connections.emplace_back(happened.connect([&](const happening& fact) {
            ++out.completed;
            sum += fact.number;
        }));
    auto start = cpu_ns();
    for (long i = 0; i < facts; ++i)
        happened({static_cast<std::uint64_t>(i), "8f1c0d6e-2b1a-4c59-9d55-0a1b2c3d4e5f",
                  "CS_EXECUTE", "NORMAL_CLEARING"});
    out.ns = static_cast<double>(cpu_ns() - start) / static_cast<double>(facts);
    out.offered = facts * subscribers;
    auto expected = static_cast<std::uint64_t>(facts) * static_cast<std::uint64_t>(facts - 1) / 2;
    if (sum != expected * static_cast<std::uint64_t>(subscribers)) out.completed = 0;
    return out;
}

}  // namespace bench
