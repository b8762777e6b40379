#include "transaction/server_side.hpp"

#include "message/build.hpp"
#include "transaction/server_handle.hpp"

#include <strowger/text.hpp>

#include <utility>

namespace strowger::sofia {

server_transaction::~server_transaction() = default;

void server_transaction::respond(int status, std::string_view phrase) {
    respond(make_response(request(), status, phrase));
}

server_side::handle::~handle() {
    if (!record_) return;
    auto& side = record_->owner;
    auto& mine = *record_;
    if (!mine.answered) {
        // Nobody will answer any more; the caller must not wait for ever.
        side.core_.log.error("a ", request_.method_name(), " from ", to_string(from_->remote()),
                             " was let go without an answer; it is answered 500");
        side.respond(mine, *this, make_response(request_, 500));
    }
    if (record_) record_->user_side = nullptr;
}

server_side::record::record(server_side& side, const message& what, flow_ptr answers)
    : owner(side),
      machine(what.method() == sip_method_invite ? std::variant<invite_server, non_invite_server>(
                                                       invite_server(answers->reliable()))
                                                 : std::variant<invite_server, non_invite_server>(
                                                       non_invite_server(answers->reliable()))),
      flow(std::move(answers)),
      user_side(nullptr),
      retransmit(
          [](void* self) noexcept {
              auto& me = *static_cast<record*>(self);
              me.owner.retransmit_due(me);
          },
          this),
      deadline(
          [](void* self) noexcept {
              auto& me = *static_cast<record*>(self);
              me.owner.deadline_due(me);
          },
          this) {}

server_side::~server_side() {
    for (auto& [key, each] : records_)
        if (each.user_side) each.user_side->detach();
}

void server_side::request(message what, const flow_ptr& from) {
    auto key = server_key(what);
    if (auto known = records_.find(key); known != records_.end()) {
        ++core_.counters.retransmissions_absorbed;
        auto wanted = std::visit([](auto& machine) { return machine.retransmission(); },
                                 known->second.machine);
        apply(known->second, wanted);
        return;
    }
    // RFC 3261, 8.2.2.2: the same request by another way. It has no To tag and is not our own
    // transaction's.
    auto merged = transaction_key{};
    if (what.to_tag().empty()) {
        merged = merged_key(what);
        if (merged_.count(merged) != 0) return core_.answer(what, from, 482);
    }
    if (core_.counters.server_live >= core_.limits.server_live ||
        records_.size() >= core_.limits.server_all) {
        auto refusal = make_response(what, 503);
        (void)add_header(refusal, "Retry-After", "5");
        return core_.answer(what, from, refusal);
    }
    auto& made = records_.try_emplace(key, *this, what, response_flow(what, from, core_.datagram))
                     .first->second;
    made.key = key;
    made.merged = merged;
    if (merged != transaction_key{}) merged_.insert(merged);
    ++core_.counters.server_live;
    bool invite = what.method() == sip_method_invite;
    auto user_side = std::make_shared<handle>(std::move(what), from);
    user_side->record_ = &made;
    made.user_side = user_side.get();
    core_.tell([&] { core_.user.request(user_side); });
    // RFC 3261, 17.2.1: a 100 unless the user has answered by now. It is not worth waiting 200 ms:
    // who answers an INVITE asks a person.
    if (invite && user_side.use_count() > 1 && user_side->record_ && made.last.empty() &&
        !made.answered)
        user_side->server_transaction::respond(100);
}

void server_side::ack(message what, const flow_ptr& from) {
    auto known = records_.find(server_key(what));
    if (known != records_.end()) {
        auto* machine = std::get_if<invite_server>(&known->second.machine);
        auto wanted = machine ? machine->ack(core_.timers) : actions{};
        // RFC 3261, 17.2.1: from here on nothing is sent again.
        if (wanted.stop_retransmitting) std::string().swap(known->second.last);
        apply(known->second, wanted);
        if (!wanted.pass) return;
    }
    core_.tell([&] { core_.user.ack(std::move(what), from); });
}

void server_side::cancel(const message& what, const flow_ptr& from) {
    // RFC 3261, 9.2. The CANCEL itself needs no state: its answer comes out the same again.
    auto known = records_.find(server_key(what));
    if (known == records_.end()) return core_.answer(what, from, 481);
    auto* user_side = known->second.user_side;
    auto kept = user_side && !known->second.answered ? user_side->shared_from_this() : nullptr;
    core_.answer(what, from, 200);
    if (!kept || std::exchange(kept->cancelled_, true)) return;
    auto call = kept->on_cancel;
    if (call)
        core_.tell([&] { call(what); });
    else
        kept->server_transaction::respond(487);
}

void server_side::let_go(const message& request) {
    const auto* sip = request.sip();
    if (!sip || !sip->sip_via || !sip->sip_cseq) return;
    auto known = records_.find(server_key(request));
    if (known == records_.end() || known->second.answered) return;
    if (auto* user_side = known->second.user_side) user_side->answered_ = true;
    erase(known->second);
}

void server_side::respond(record& to, handle& from, message response) {
    auto status = response.status();
    if (status < 100) return;
    auto wanted = std::visit([&](auto& machine) { return machine.respond(status, core_.timers); },
                             to.machine);
    if (!wanted.send) return;
    if (status >= 200 && !to.answered) {
        to.answered = from.answered_ = true;
        from.on_cancel = nullptr;
        --core_.counters.server_live;
        ++core_.counters.server_tombstones;
    }
    auto bytes = response.print();
    bool once = wanted.finished || (status >= 200 && status < 300 &&
                                    std::holds_alternative<invite_server>(to.machine));
    // A 2xx to INVITE is the user's to repeat, and what ends now needs no copy.
    if (once) {
        std::string().swap(to.last);
    } else {
        to.last = bytes;
        to.last.shrink_to_fit();
    }
    wanted.send = false;
    auto sent = to.flow->send(std::move(bytes));
    if (!sent) {
        auto wanted_too =
            std::visit([](auto& machine) { return machine.transport_error(); }, to.machine);
        if (wanted_too.failed != failure::none) failed(to, sent.error().text);
    }
    apply(to, wanted);
}

void server_side::resend(record& to) {
    ++core_.counters.retransmissions_sent;
    auto sent = to.flow->send(to.last);
    if (sent) return;
    auto wanted = std::visit([](auto& machine) { return machine.transport_error(); }, to.machine);
    if (wanted.failed != failure::none) failed(to, sent.error().text);
}

void server_side::failed(record& to, std::string_view why) {
    if (!to.user_side || !to.user_side->on_failure) return;
    // Not from within respond(): who answers must be able to finish first.
    core_.later([call = to.user_side->on_failure, text = std::string(why)] { call(text); });
}

void server_side::apply(record& to, const actions& wanted) {
    if (wanted.stop_retransmitting) to.retransmit.disarm();
    if (wanted.stop_deadline) to.deadline.disarm();
    if (wanted.retransmit_after >= actions::duration::zero())
        core_.wheel.arm(to.retransmit, wanted.retransmit_after);
    if (wanted.deadline_after >= actions::duration::zero())
        core_.wheel.arm(to.deadline, wanted.deadline_after);
    if (wanted.send && !to.last.empty()) resend(to);
    if (wanted.failed == failure::timeout)
        failed(to, cat("no ACK came from ", to_string(to.flow->remote())));
    if (wanted.finished) erase(to);
}

void server_side::retransmit_due(record& to) {
    if (auto* machine = std::get_if<invite_server>(&to.machine))
        apply(to, machine->retransmit_timer(core_.timers));
}

void server_side::deadline_due(record& to) {
    apply(to, std::visit([](auto& machine) { return machine.deadline_timer(); }, to.machine));
}

void server_side::erase(record& which) {
    if (which.user_side) which.user_side->detach();
    --(which.answered ? core_.counters.server_tombstones : core_.counters.server_live);
    if (which.merged != transaction_key{}) merged_.erase(which.merged);
    auto key = which.key;
    records_.erase(key);
}

}  // namespace strowger::sofia
