// A dialplan that looks numbers up in a table: the longest prefix, then the cheapest route.
//     <configuration name="lcr.conf"><routes>
//       <route prefix="49" price="0.012" dial="sofia/gateway/one/${destination_number}"/> …
#include <strowger/channel.hpp>
#include <strowger/dialplan.hpp>
#include <strowger/module.hpp>
#include <strowger/text.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

namespace {

using namespace strowger;

struct rate {
    double price;
    std::string shown;  // the price as it was written
    std::string dial;
};
// By prefix; each list is sorted, cheapest first, else as written.
using rates = std::map<std::string, std::vector<rate>, std::less<>>;

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

bool parse_price(std::string_view text, double& out) {
    auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), out);
    return problem == std::errc{} && end == text.data() + text.size() && std::isfinite(out) &&
           out >= 0;
}

// [begin read]
// One row. What is wrong with it is said with its file and line, and what was expected.
void read_row(const config_node& row, rates& out, problems& found) {
    constexpr std::string_view known[] = {"prefix", "price", "dial"};
    auto wrong = [&](severity level, std::string text) {
        found.push_back({level, row.where, std::move(text)});
    };
    for (const auto& [name, value] : row.attributes)
        if (std::find(std::begin(known), std::end(known), name) == std::end(known))
            wrong(severity::warning,
                  cat("a route has no attribute \"", name, "\": expected prefix, price, dial"));
    auto prefix = row.attribute_or("prefix", ""), price = row.attribute_or("price", ""),
         dial = row.attribute_or("dial", "");
    double number = 0;
    if (!is_number(prefix))
        wrong(severity::error, cat("prefix=\"", prefix, "\": expected digits"));
    else if (!parse_price(price, number))
        wrong(severity::error, cat("price=\"", price, "\": expected an amount, as 0.012"));
    else if (trim(dial).empty())
        wrong(severity::error,
              cat("the route for ", prefix, " has no dial string: expected dial="));
    else
        out[std::string(prefix)].push_back({number, std::string(price), std::string(dial)});
}

rates read_rates(const config_snapshot& config, problems& found) {
    rates out;
    const auto* file = config.file("lcr.conf");
    const auto* routes = file != nullptr ? file->child("routes") : nullptr;
    if (routes == nullptr) return out;
    routes->each("route", [&](const config_node& row) { read_row(row, out, found); });
    for (auto& [prefix, list] : out)
        std::stable_sort(list.begin(), list.end(),
                         [](const rate& a, const rate& b) { return a.price < b.price; });
    return out;
}
// [end read]

class lcr final : public module, public dialplan {
public:
    explicit lcr(context& core) : core_(core) {}

    // [begin life]
    // Before the configuration is taken: a bad row means that nothing changes.
    void check(const config_snapshot& config, problems& found) override {
        read_rates(config, found);
    }

    result<void> start() override {
        problems found;
        rates_ = read_rates(*core_.config().current(), found);
        for (const auto& each : found)
            if (each.level == severity::error) return fail(errc::bad_syntax, to_string(each));
        reloads_ = core_.config().on_reload([this](const config_ptr& config) {
            problems said_by_check;
            rates_ = read_rates(*config, said_by_check);
        });
        auto named = core_.registry().provide<dialplan>("dialplan/LCR", *this);
        if (!named) return named.error();
        name_ = std::move(*named);
        return {};
    }
    // [end life]

    // [begin route]
    result<route> find_route(channel& self, std::string_view) override {
        std::string_view number = self.caller().destination_number;
        if (number.starts_with('+')) number.remove_prefix(1);
        // The number is part of a dial string, and an outsider chose it.
        if (!is_number(number)) return fail(errc::not_found, "LCR routes digits only");
        for (auto length = number.size(); length > 0; --length) {
            auto row = rates_.find(number.substr(0, length));
            if (row == rates_.end()) continue;
            std::string dial;  // "cheapest|next|…": each is tried when those before it failed
            for (const auto& each : row->second) dial += (dial.empty() ? "" : "|") + each.dial;
            self.vars().set("lcr_prefix", row->first);
            self.vars().set("lcr_price", row->second.front().shown);
            return route{row->first, {{"bridge", std::move(dial)}}};
        }
        return fail(errc::not_found, cat("no prefix of ", number, " is in lcr.conf"));
    }
    // [end route]

private:
    context& core_;
    rates rates_;
    token reloads_, name_;
};

}  // namespace

STROWGER_MODULE(lcr)
