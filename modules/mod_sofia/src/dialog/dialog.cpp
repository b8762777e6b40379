#include "dialog.hpp"

#include "fields.hpp"

#include <strowger/text.hpp>

namespace strowger::sofia {

namespace {

// "…;tag=x" without its tag, for a value that we wrote ourselves: the tag stands last.
std::string without_tag(const std::string& value, std::string* tag) {
    auto at = value.rfind(";tag=");
    if (at == value.npos) return value;
    if (tag) *tag = value.substr(at + 5);
    return value.substr(0, at);
}

bool loose(std::string_view route) {
    uri_target target;
    return split_uri(inside_brackets(route), target) && target.loose;
}

}  // namespace

dialog dialog::of_request(const message& request, std::string local_tag) {
    dialog out;
    const auto* sip = request.sip();
    out.call_id_ = std::string(request.call_id());
    out.local_ = address_text(sip->sip_to);
    out.local_tag_ = std::move(local_tag);
    out.remote_ = address_text(sip->sip_from);
    out.remote_tag_ = std::string(request.from_tag());
    out.remote_target_ = contact_uri(request);
    if (out.remote_target_.empty()) out.remote_target_ = uri_text(sip->sip_from->a_url);
    out.routes_ = record_routes(request, false);
    out.remote_cseq_ = sip->sip_cseq->cs_seq;
    return out;
}

dialog dialog::of_response(const request_parts& sent, const message& response) {
    dialog out;
    out.call_id_ = sent.call_id;
    out.local_ = without_tag(sent.from, &out.local_tag_);
    out.remote_ = sent.to;
    if (response) out.remote_tag_ = std::string(response.to_tag());
    out.local_cseq_ = sent.cseq;
    out.remote_target_ = sent.request_uri;
    out.routes_ = record_routes(response, true);
    out.refresh_target(response);
    return out;
}

void dialog::confirm_by(const message& response) {
    routes_ = record_routes(response, true);
    refresh_target(response);
    state_ = dialog_state::confirmed;
}

void dialog::refresh_target(const message& from) {
    auto uri = contact_uri(from);
    if (!uri.empty()) remote_target_ = std::move(uri);
}

bool dialog::in_order(std::uint32_t cseq) noexcept {
    if (remote_cseq_ && cseq < *remote_cseq_) return false;
    remote_cseq_ = cseq;
    return true;
}

std::string_view dialog::next_hop() const noexcept {
    return routes_.empty() ? std::string_view(remote_target_) : inside_brackets(routes_.front());
}

request_parts dialog::parts(std::string_view method, std::uint32_t cseq) const {
    request_parts out;
    out.method = std::string(method);
    out.cseq = cseq;
    out.call_id = call_id_;
    out.from = cat(local_, ";tag=", local_tag_);
    out.to = remote_tag_.empty() ? remote_ : cat(remote_, ";tag=", remote_tag_);
    if (routes_.empty() || loose(routes_.front())) {
        out.request_uri = remote_target_;
        out.routes = routes_;
    } else {
        // RFC 3261, 12.2.1.1: a strict router wants its own URI in the request line and the target
        // as the last route.
        out.request_uri = std::string(inside_brackets(routes_.front()));
        out.routes.assign(routes_.begin() + 1, routes_.end());
        out.routes.push_back(cat('<', remote_target_, '>'));
    }
    return out;
}

std::optional<request_parts> dialog::request(std::string_view method) {
    if (local_cseq_ >= 0x7fffffffU) return std::nullopt;
    return parts(method, ++local_cseq_);
}

request_parts dialog::ack(std::uint32_t invite_cseq) const { return parts("ACK", invite_cseq); }

}  // namespace strowger::sofia
