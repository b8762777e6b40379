#include "transport/udp_flows.hpp"

namespace strowger::sofia {

std::size_t udp_flows::address_hash::operator()(const address& of) const noexcept {
    return std::hash<boost::asio::ip::address>{}(of.ip) * 31 + of.port;
}

const std::shared_ptr<udp_flow>& udp_flows::to(const address& peer,
                                               const std::shared_ptr<udp_port>& port,
                                               stream_hub& hub) {
    if (auto found = by_peer_.find(peer); found != by_peer_.end()) {
        by_use_.splice(by_use_.begin(), by_use_, found->second);
        return *found->second;
    }
    if (by_use_.size() >= most_) {
        by_id_.erase(by_use_.back()->id());
        by_peer_.erase(by_use_.back()->remote());
        by_use_.pop_back();
    }
    by_use_.push_front(std::make_shared<udp_flow>(port, hub.new_flow_id(), peer));
    by_peer_.emplace(peer, by_use_.begin());
    by_id_.emplace(by_use_.front()->id(), by_use_.begin());
    return by_use_.front();
}

std::shared_ptr<udp_flow> udp_flows::find(std::string_view id) const {
    auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : *found->second;
}

void udp_flows::clear() noexcept {
    by_id_.clear();
    by_peer_.clear();
    by_use_.clear();
}

}  // namespace strowger::sofia
