// What the user holds of a server transaction. Beside server_side.cpp, for its use only.
#pragma once

#include "transaction/server_side.hpp"

namespace strowger::sofia {

class server_side::handle final : public server_transaction,
                                  public std::enable_shared_from_this<handle> {
public:
    handle(message request, flow_ptr from) : request_(std::move(request)), from_(std::move(from)) {}
    ~handle() override;

    const message& request() const noexcept override { return request_; }
    const flow_ptr& from() const noexcept override { return from_; }
    bool answered() const noexcept override { return answered_; }
    void respond(message response) override {
        if (record_) record_->owner.respond(*record_, *this, std::move(response));
    }

    // The record is gone, or the request is answered another way.
    void detach() noexcept {
        record_ = nullptr;
        on_failure = nullptr;
        on_cancel = nullptr;
    }

    message request_;
    flow_ptr from_;
    record* record_ = nullptr;
    bool answered_ = false;
    bool cancelled_ = false;
};

}  // namespace strowger::sofia
