// What the user holds of a client transaction. Beside client_side.cpp, for its use only.
#pragma once

#include "transaction/client_side.hpp"

namespace strowger::sofia {

class client_side::handle final : public client_transaction {
public:
    explicit handle(message request) : request_(std::move(request)) {}
    ~handle() override {
        if (record_) record_->user_side = nullptr;
    }
    void cancel(std::string reason) override {
        if (record_) record_->owner.cancel(*record_, std::move(reason));
    }
    void forget() override {
        forgotten_ = true;
        if (record_) record_->events.reset();
    }
    const message& request() const noexcept override { return request_; }

    message request_;
    record* record_ = nullptr;
    bool forgotten_ = false;
};

}  // namespace strowger::sofia
