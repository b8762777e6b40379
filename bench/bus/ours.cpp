#include "measure.hpp"

#include <bus/make.hpp>
#include <strowger/text.hpp>

#include <vector>

namespace bench {

namespace {

using namespace strowger;

// Facts that somebody else wants, so that looking a name up is what it is in a running PBX.
constexpr std::string_view others[] = {
    "CHANNEL_CREATE",   "CHANNEL_ANSWER", "CHANNEL_HANGUP", "CHANNEL_HANGUP_COMPLETE",
    "CHANNEL_DESTROY",  "CHANNEL_BRIDGE", "MODULE_LOAD",    "MODULE_UNLOAD",
    "CHANNEL_UNBRIDGE", "RELOADXML",      "STARTUP",        "SHUTDOWN"};

// Nobody wants these.
template <int Number>
struct nobodys {
    static constexpr std::string_view names[] = {"CHANNEL_EXECUTE", "CHANNEL_PROGRESS", "DTMF",
                                                 "sofia::register"};
    static constexpr std::string_view name = names[Number];
    std::uint64_t number;
    std::string_view who;
    void fields(field_sink& out) const { out.field("who", who); }
};

struct silent final : log_sink {
    void write(log_level, std::string_view, std::string) noexcept override {}
};

struct house {
    silent nowhere;
    logger log{"bench", nowhere};
    std::unique_ptr<bus> all = make_bus(log), view = make_bus_view(*all);
    std::vector<token> tokens;
    house() {
        for (auto name : others)
            tokens.push_back(all->subscribe_named(name, [](const fact_view&) {}));
    }
};

happening make(long number) {
    return {static_cast<std::uint64_t>(number), "8f1c0d6e-2b1a-4c59-9d55-0a1b2c3d4e5f",
            "CS_EXECUTE", "NORMAL_CLEARING"};
}

template <class Publish>
double ns_per_fact(long facts, Publish publish) {
    auto start = cpu_ns();
    for (long i = 0; i < facts; ++i) publish(i);
    return static_cast<double>(cpu_ns() - start) / static_cast<double>(facts);
}

figures unwanted(bus& where, long facts) {
    figures out;
    out.ns = ns_per_fact(facts / 4,
                         [&where](long i) {
                             auto number = static_cast<std::uint64_t>(i);
                             where.publish(nobodys<0>{number, "someone"});
                             where.publish(nobodys<1>{number, "someone"});
                             where.publish(nobodys<2>{number, "someone"});
                             where.publish(nobodys<3>{number, "someone"});
                         }) /
             4;
    return out;
}

}  // namespace

void happening::fields(field_sink& out) const {
    out.field("Unique-ID", who);
    out.field("Channel-State", state);
    out.field("Hangup-Cause", cause);
    out.field("Event-Sequence", cat(number));
    out.field("Channel-Call-UUID", who);
    out.field("Channel-Name", "sofia/internal/1000@pbx.example");
    out.field("Caller-Caller-ID-Number", "1000");
    out.field("Caller-Destination-Number", "1001");
    out.field("Caller-Context", "default");
    out.field("Call-Direction", "inbound");
}

figures ours(long facts, int subscribers) {
    house at;
    figures out;
    std::uint64_t sum = 0;
    std::vector<token> tokens;
    for (int i = 0; i < subscribers; ++i)
        tokens.push_back(at.view->subscribe<happening>([&](const happening& fact) {
            ++out.completed;
            sum += fact.number;
        }));
    out.ns = ns_per_fact(facts, [&](long i) { at.view->publish(make(i)); });
    out.offered = facts * subscribers;
    // Each heard every number once.
    auto expected = static_cast<std::uint64_t>(facts) * static_cast<std::uint64_t>(facts - 1) / 2;
    if (sum != expected * static_cast<std::uint64_t>(subscribers)) out.completed = 0;
    return out;
}

figures ours_named(long facts) {
    struct counting final : field_sink {
        long fields = 0;
        std::size_t octets = 0;
        void field(std::string_view name, std::string_view value) override {
            ++fields;
            octets += name.size() + value.size();
        }
    } sink;
    house at;
    figures out;
    auto taken = at.view->subscribe_named(happening::name,
                                          [&sink](const fact_view& fact) { fact.fields(sink); });
    out.ns = ns_per_fact(facts, [&](long i) { at.view->publish(make(i)); });
    out.offered = facts;
    out.completed = sink.fields / 10;
    return out;
}

figures unwanted_in_a_module(long facts) {
    house at;
    return unwanted(*at.view, facts);
}

figures unwanted_in_the_core(long facts) {
    house at;
    return unwanted(*at.all, facts);
}

}  // namespace bench
