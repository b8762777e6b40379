#include "transaction/client_side.hpp"

#include "message/build.hpp"
#include "transaction/client_handle.hpp"
#include "transaction/derived.hpp"
#include "transaction/via.hpp"

#include <strowger/text.hpp>

#include <sofia-sip/sip_header.h>

#include <utility>
#include <vector>

namespace strowger::sofia {

client_transaction::~client_transaction() = default;

client_side::record::record(client_side& side, transaction_key its_key, machine_type kind,
                            flow_ptr to)
    : owner(side),
      key(its_key),
      machine(kind),
      flow(std::move(to)),
      retransmit(
          [](void* self) noexcept {
              auto& me = *static_cast<record*>(self);
              actions wanted;
              if (auto* invite = std::get_if<invite_client>(&me.machine))
                  wanted = invite->retransmit_timer();
              else
                  wanted = std::get<non_invite_client>(me.machine)
                               .retransmit_timer(me.owner.core_.timers);
              me.owner.arm(me, wanted);
              if (!wanted.send) return;
              ++me.owner.core_.counters.retransmissions_sent;
              me.owner.transmit(me);
          },
          this),
      deadline(
          [](void* self) noexcept {
              auto& me = *static_cast<record*>(self);
              auto wanted =
                  std::visit([](auto& each) { return each.deadline_timer(); }, me.machine);
              me.owner.settle(me, wanted);
          },
          this) {}

client_side::~client_side() {
    for (auto& [key, each] : records_)
        if (each.user_side) each.user_side->record_ = nullptr;
}

client_side::record& client_side::start(transaction_key key, machine_type kind, flow_ptr to,
                                        std::string bytes) {
    auto& made = records_.try_emplace(key, *this, key, kind, std::move(to)).first->second;
    made.bytes = std::move(bytes);
    if (made.flow->reliable()) by_flow_.emplace(made.flow.get(), &made);
    ++core_.counters.client_live;
    auto wanted = std::visit([&](auto& each) { return each.start(core_.timers); }, made.machine);
    arm(made, wanted);
    transmit(made);
    return made;
}

client_transaction_ptr client_side::send(message request, flow_ptr to, client_events events) {
    auto shared = std::make_shared<client_events>(std::move(events));
    auto user_side = std::make_shared<handle>(std::move(request));
    auto branch = new_branch();
    auto& asked = user_side->request_;
    if (!to || !asked.is_request() || !add_via(asked, *to, core_.via_host(*to), branch)) {
        core_.later([shared] {
            if (shared->failed) shared->failed(500, "the request could not be built");
        });
        return user_side;
    }
    bool reliable = to->reliable();
    machine_type kind = asked.method() == sip_method_invite
                            ? machine_type(invite_client(reliable))
                            : machine_type(non_invite_client(reliable));
    auto key = client_key(branch, asked.method_name());
    auto& made = start(key, kind, std::move(to), asked.print());
    made.events = std::move(shared);
    made.kept = user_side;
    made.user_side = user_side.get();
    user_side->record_ = &made;
    return user_side;
}

void client_side::transmit(record& which) {
    auto sent = which.flow->send(which.bytes);
    if (sent) return;
    // Never from within send(): the user is not ready for it there.
    core_.later([this, key = which.key, why = sent.error().text] {
        if (auto known = records_.find(key); known != records_.end())
            transport_error(known->second, why);
    });
}

void client_side::arm(record& which, const actions& wanted) {
    if (wanted.stop_retransmitting) which.retransmit.disarm();
    if (wanted.stop_deadline) which.deadline.disarm();
    if (wanted.retransmit_after >= actions::duration::zero())
        core_.wheel.arm(which.retransmit, wanted.retransmit_after);
    if (wanted.deadline_after >= actions::duration::zero())
        core_.wheel.arm(which.deadline, wanted.deadline_after);
}

void client_side::response(message what, const flow_ptr& from) {
    const auto& via = *what.sip()->sip_via;
    // RFC 3261, 8.1.3.3: a response with a second Via was not meant for us.
    if (via.v_next) {
        core_.log.debug("a response with more than one Via was dropped");
        return;
    }
    auto known = records_.find(
        client_key(via.v_branch ? via.v_branch : std::string_view{}, what.method_name()));
    auto status = what.status();
    bool accepts_invite = status >= 200 && status < 300 && what.method() == sip_method_invite;
    if (known == records_.end()) {
        if (accepts_invite) core_.tell([&] { core_.user.stray_response(std::move(what), from); });
        return;
    }
    auto& mine = known->second;
    auto wanted =
        std::visit([&](auto& each) { return each.response(status, core_.timers); }, mine.machine);
    arm(mine, wanted);
    if (!wanted.pass) ++core_.counters.retransmissions_absorbed;
    if (wanted.send_ack) {
        // Built once; what comes again is answered with the same bytes.
        if (mine.kept) mine.bytes = ack_text(mine.kept->request_, what);
        (void)mine.flow->send(mine.bytes);
    } else if (status >= 200 && wanted.pass) {
        std::string().swap(mine.bytes);
    } else if (status < 200 && mine.cancel_wanted) {
        send_cancel(mine);
    }
    auto events = mine.events;
    std::shared_ptr<handle> kept;
    if (status >= 200) {
        kept = std::move(mine.kept);
        // Only a 2xx to INVITE can be followed by more that the user wants to see.
        if (!accepts_invite) mine.events.reset();
    }
    bool forgotten = !events;
    if (wanted.finished) erase(mine);
    if (!wanted.pass) return;
    if (!forgotten && events->response)
        core_.tell([&] { events->response(std::move(what)); });
    else if (accepts_invite)
        // Somebody answered an INVITE that its sender no longer follows: it must still be ended.
        core_.tell([&] { core_.user.stray_response(std::move(what), from); });
}

void client_side::cancel(record& which, std::string reason) {
    auto* invite = std::get_if<invite_client>(&which.machine);
    if (!invite || which.cancel_wanted) return;
    which.cancel_reason = std::move(reason);
    if (invite->now() == invite_client::state::calling) {
        // RFC 3261, 9.1: not before a provisional response has come.
        which.cancel_wanted = true;
    } else if (invite->now() == invite_client::state::proceeding) {
        which.cancel_wanted = true;
        send_cancel(which);
    }
}

void client_side::send_cancel(record& which) {
    auto& invite = std::get<invite_client>(which.machine);
    auto wanted = invite.cancelled(core_.timers);
    // No deadline: it was sent before.
    if (wanted.deadline_after < actions::duration::zero() || !which.kept) return;
    arm(which, wanted);
    const auto* via = which.kept->request_.sip()->sip_via;
    auto key = client_key(via && via->v_branch ? via->v_branch : std::string_view{}, "CANCEL");
    if (records_.count(key) != 0) return;
    start(key, non_invite_client(which.flow->reliable()), which.flow,
          cancel_text(which.kept->request_, which.cancel_reason));
}

void client_side::settle(record& which, const actions& wanted) {
    if (wanted.failed == failure::timeout) {
        auto events = which.events;
        auto why = cat("no final response from ", to_string(which.flow->remote()), " over ",
                       to_string(which.flow->kind()), " in time");
        erase(which);
        if (events && events->failed) core_.tell([&] { events->failed(408, why); });
        return;
    }
    arm(which, wanted);
    if (wanted.finished) erase(which);
}

void client_side::transport_error(record& which, std::string_view why) {
    auto wanted = std::visit([](auto& each) { return each.transport_error(); }, which.machine);
    auto events = wanted.failed == failure::none ? nullptr : which.events;
    auto text = events ? cat("sending to ", to_string(which.flow->remote()), " over ",
                             to_string(which.flow->kind()), " failed: ", why)
                       : std::string();
    if (wanted.finished) erase(which);
    if (events && events->failed) core_.tell([&] { events->failed(503, text); });
}

void client_side::flow_closed(const flow_ptr& which) {
    std::vector<transaction_key> hit;
    for (auto at = by_flow_.lower_bound({which.get(), nullptr});
         at != by_flow_.end() && at->first == which.get(); ++at)
        hit.push_back(at->second->key);
    for (const auto& key : hit)
        if (auto known = records_.find(key); known != records_.end())
            transport_error(known->second, "the connection was closed");
}

void client_side::erase(record& which) {
    if (which.user_side) which.user_side->record_ = nullptr;
    if (which.flow->reliable()) by_flow_.erase({which.flow.get(), &which});
    --core_.counters.client_live;
    // The handle, and with it what its user's closures hold, goes after the record.
    auto kept = std::move(which.kept);
    auto events = std::move(which.events);
    auto key = which.key;
    records_.erase(key);
}

}  // namespace strowger::sofia
