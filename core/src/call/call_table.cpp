#include "call/call_table.hpp"

#include "call/originator.hpp"
#include "call/uuid.hpp"

#include <strowger/events.hpp>
#include <strowger/text.hpp>

#include <algorithm>

namespace strowger {

std::unique_ptr<calls> make_calls(call_services services) {
    return std::make_unique<call_table>(std::move(services));
}

call_table::call_table(call_services services)
    : services_(std::move(services)),
      settings_(read_call_settings(services_.config.current().get())),
      expander_(services_.registry, services_.config, services_.log) {
    reload_ = services_.config.on_reload(
        [this](const config_ptr& fresh) { settings_ = read_call_settings(fresh.get()); });
    end_ = services_.bus.subscribe<shutting_down>([this](const shutting_down&) { ending_ = true; });
}

call_table::~call_table() {
    auto left = std::exchange(channels_, {});
    for (auto& [id, each] : left) each->abandon();
}

std::shared_ptr<call_channel> call_table::make(direction way, caller_profile caller,
                                               variables vars) {
    std::string id;
    constexpr std::size_t longest_id = 64;
    if (auto wish = vars.get("origination_uuid"); !wish.empty() && wish.size() <= longest_id) {
        if (channels_.find(wish) == channels_.end())
            id = wish;
        else
            services_.log.warning("origination_uuid ", wish, " is in use; another is taken");
    }
    if (id.empty()) id = make_uuid();
    auto made = std::make_shared<call_channel>(*this, std::move(id), way, ++total_);
    made->caller() = std::move(caller);
    made->vars() = std::move(vars);
    channels_.emplace(made->id(), made);
    return made;
}

std::optional<error> call_table::no_room() const {
    if (ending_) return fail(errc::cancelled, "the PBX is shutting down");
    if (size() < settings_.max_sessions) return std::nullopt;
    return fail(errc::limit_reached,
                cat("max-sessions (", settings_.max_sessions, ") in switch.conf is reached"));
}

result<channel_ptr> call_table::incoming(incoming_call call) {
    auto refusal = no_room();
    auto made = make(direction::inbound, std::move(call.caller), std::move(call.vars));
    auto taken = made->take(std::move(call.signalling), call.sdp, std::move(refusal));
    if (!taken) return taken.error();
    made->begin({});
    return channel_ptr(std::move(made));
}

result<channel_ptr> call_table::outgoing(outgoing_call call) {
    auto refusal = no_room();
    auto made = make(direction::outbound, std::move(call.caller), std::move(call.vars));
    auto near = std::dynamic_pointer_cast<call_channel>(std::move(call.parent));
    auto placed = made->place(std::move(call.signalling), std::move(near), std::move(refusal));
    if (!placed) return placed.error();
    return channel_ptr(std::move(made));
}

channel_ptr call_table::find(std::string_view id) const {
    auto found = channels_.find(id);
    return found == channels_.end() ? nullptr : found->second;
}

std::vector<std::shared_ptr<call_channel>> call_table::in_order() const {
    std::vector<std::shared_ptr<call_channel>> out;
    out.reserve(channels_.size());
    for (const auto& [id, each] : channels_) out.push_back(each);
    std::sort(out.begin(), out.end(),
              [](const auto& a, const auto& b) { return a->serial() < b->serial(); });
    return out;
}

std::vector<channel_ptr> call_table::all() const {
    auto sorted = in_order();
    return {sorted.begin(), sorted.end()};
}

std::vector<call_row> call_table::table() const {
    std::vector<call_row> out;
    for (auto& each : in_order()) {
        auto other = each->partner();
        if (other && other->serial() < each->serial()) continue;  // its row has both
        call_row row{each, other, each->verdict()};
        if (other)
            if (auto theirs = other->verdict(); theirs.word > row.verdict.word)
                row.verdict = std::move(theirs);
        out.push_back(std::move(row));
    }
    return out;
}

task<boost::system::result<channel_ptr, originate_failure>> call_table::originate(
    std::string dial_string, originate_options options) {
    originator work(*this, std::move(options));
    auto running = work.run(std::move(dial_string));
    auto got = co_await std::move(running);
    co_return got;
}

void call_table::route(channel_ptr who, std::string destination, std::string dialplan,
                       std::string context) {
    who->transfer(std::move(destination), std::move(dialplan), std::move(context));
}

void call_table::execute(channel_ptr who, std::string application, std::string data) {
    auto ours = std::dynamic_pointer_cast<call_channel>(std::move(who));
    if (!ours) return;
    call_channel::job what{std::move(application), std::move(data)};
    ours->begin(std::move(what));
}

std::size_t call_table::hangup_all(hangup_cause cause, std::string_view variable,
                                   std::string_view value) {
    std::size_t count = 0;
    for (auto& each : in_order()) {
        if (each->ended()) continue;
        if (!variable.empty() && each->lookup(variable).value_or("") != value) continue;
        each->hangup(cause, {});
        ++count;
    }
    return count;
}

std::string call_table::expand(std::string_view text, const variables* vars) {
    return expander_.expand(text, nullptr, vars);
}

void call_table::gone(const call_channel& who) {
    auto found = channels_.find(who.id());
    if (found == channels_.end()) return;
    auto last = std::move(found->second);  // the map's key is a view of the channel's id
    channels_.erase(found);
}

}  // namespace strowger
