// mod_srtp: keeps media private. Gives "media_protection/1" to mod_rtp.
#include "protection.hpp"

#include <strowger/module.hpp>

namespace {

class srtp_module final : public strowger::module {
public:
    explicit srtp_module(strowger::context& from) : context_(from) {}

    strowger::result<void> start() override {
        auto made = strowger::srtp::make_protection();
        if (!made) return made.error();
        protection_ = std::move(*made);
        auto provided = context_.registry().provide<strowger::media_protection>(
            "media_protection/1", *protection_);
        if (!provided) return provided.error();
        token_ = std::move(*provided);
        return {};
    }

    void stop() noexcept override { token_.reset(); }

private:
    strowger::context& context_;
    std::unique_ptr<strowger::media_protection> protection_;
    strowger::token token_;
};

}  // namespace

STROWGER_MODULE(srtp_module)
