#include "table.hpp"

#include "session.hpp"

#include <strowger/text.hpp>

#include <vector>

namespace strowger::sofia {

std::string dialog_table::key(std::string_view call_id, std::string_view tag) {
    return cat(call_id, '\n', tag);
}

void dialog_table::add(std::string_view call_id, std::string_view local_tag,
                       std::shared_ptr<call_session> session) {
    sessions_[key(call_id, local_tag)] = std::move(session);
}

void dialog_table::remove(std::string_view call_id, std::string_view local_tag) {
    auto node = sessions_.extract(key(call_id, local_tag));
    // The session may be destroyed here, after the table is in order again.
}

std::shared_ptr<call_session> dialog_table::find(std::string_view call_id,
                                                 std::string_view local_tag) const {
    auto found = sessions_.find(key(call_id, local_tag));
    return found == sessions_.end() ? nullptr : found->second;
}

void dialog_table::moved(call_session& session, const flow* before, const flow* now) {
    if (before == now) return;
    if (auto found = by_flow_.find(before); before && found != by_flow_.end()) {
        found->second.erase(&session);
        if (found->second.empty()) by_flow_.erase(found);
    }
    if (now) by_flow_[now].insert(&session);
}

void dialog_table::flow_closed(const flow_ptr& which, std::string_view reason) {
    auto found = by_flow_.find(which.get());
    if (found == by_flow_.end()) return;
    std::vector<std::shared_ptr<call_session>> told;
    for (auto* session : found->second) told.push_back(session->shared_from_this());
    for (auto& session : told) session->flow_closed(reason);
}

void dialog_table::clear() {
    auto all = std::move(sessions_);
    sessions_.clear();
    for (auto& [name, session] : all) session->abandon();
}

}  // namespace strowger::sofia
