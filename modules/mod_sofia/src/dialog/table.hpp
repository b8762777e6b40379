// The live dialogs of one profile, by Call-ID and our tag: in-dialog requests, ACKs and stray
// responses find their session here. It owns the sessions: one outlives its leg while a BYE or a
// late 2xx is still to be dealt with. Control loop only.
#pragma once

#include "transport/flow.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace strowger::sofia {

class call_session;

class dialog_table {
public:
    void add(std::string_view call_id, std::string_view local_tag,
             std::shared_ptr<call_session> session);
    void remove(std::string_view call_id, std::string_view local_tag);
    std::shared_ptr<call_session> find(std::string_view call_id, std::string_view local_tag) const;
    std::size_t size() const noexcept { return sessions_.size(); }

    // A session lives on this connection from now on (nullptr: on none), instead of `before`.
    void moved(call_session& session, const flow* before, const flow* now);
    // Tells every session on that connection that it is gone.
    void flow_closed(const flow_ptr& which, std::string_view reason);
    // Drops all sessions; nothing is sent.
    void clear();

private:
    static std::string key(std::string_view call_id, std::string_view tag);
    std::unordered_map<std::string, std::shared_ptr<call_session>> sessions_;
    std::unordered_map<const flow*, std::unordered_set<call_session*>> by_flow_;
};

}  // namespace strowger::sofia
