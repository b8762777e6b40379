#include "transport/limits.hpp"

namespace strowger::sofia {

result<connection_limits::place> connection_limits::admit(const boost::asio::ip::address& peer) {
    {
        std::scoped_lock guard(lock_);
        if (taken_ >= most_)
            return fail(errc::limit_reached,
                        cat("the profile has ", taken_, ' ', what_, ", all it may have"));
        auto& of_peer = strangers_[peer];
        if (of_peer >= most_per_peer_)
            return fail(errc::limit_reached,
                        cat("it has ", of_peer, ' ', what_, " already on which nobody is known"));
        ++of_peer;
        ++taken_;
    }
    return std::make_shared<ticket>(shared_from_this(), peer);
}

connection_limits::ticket::~ticket() {
    trust();
    std::scoped_lock guard(owner_->lock_);
    --owner_->taken_;
}

void connection_limits::ticket::trust() noexcept {
    if (stranger_.exchange(false)) owner_->forget_stranger(peer_);
}

void connection_limits::forget_stranger(const boost::asio::ip::address& peer) noexcept {
    std::scoped_lock guard(lock_);
    auto found = strangers_.find(peer);
    if (found != strangers_.end() && --found->second == 0) strangers_.erase(found);
}

std::size_t connection_limits::taken() const {
    std::scoped_lock guard(lock_);
    return taken_;
}

void stranger_log::write(kind about, log_level level, std::string_view text) {
    auto before = written_[static_cast<std::size_t>(about)].fetch_add(1, std::memory_order_relaxed);
    if (before < most) log_.write(level, text);
}

void stranger_log::minute_passed() {
    for (auto& each : written_) {
        auto count = each.exchange(0, std::memory_order_relaxed);
        if (count > most)
            log_.warning(count - most, " more lines like those of the last minute were left out");
    }
}

}  // namespace strowger::sofia
