#include "transform.hpp"

#include <strowger/text.hpp>

#include <srtp2/srtp.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace strowger::srtp {

class crypto_context {
public:
    crypto_context(std::shared_ptr<library> kernel, srtp_t session, way direction) noexcept
        : kernel_(std::move(kernel)), session_(session), direction_(direction) {}
    crypto_context(const crypto_context&) = delete;
    crypto_context& operator=(const crypto_context&) = delete;
    ~crypto_context() { srtp_dealloc(session_); }

    std::size_t rtp(std::uint8_t* packet, std::size_t size) noexcept {
        if (size < 12 || size > largest || !admits(packet + 8)) return 0;
        auto ssrc = word(packet + 8);
        auto length = static_cast<int>(size);
        auto status = direction_ == way::protect ? srtp_protect(session_, packet, &length)
                                                 : srtp_unprotect(session_, packet, &length);
        return finish(status, length, ssrc);
    }

    std::size_t rtcp(std::uint8_t* packet, std::size_t size) noexcept {
        if (size < 8 || size > largest || !admits(packet + 4)) return 0;
        auto ssrc = word(packet + 4);
        auto length = static_cast<int>(size);
        auto status = direction_ == way::protect ? srtp_protect_rtcp(session_, packet, &length)
                                                 : srtp_unprotect_rtcp(session_, packet, &length);
        return finish(status, length, ssrc);
    }

private:
    static constexpr std::size_t largest = 65535;
    // libsrtp keeps a state for each SSRC for ever. A peer needs one, and a new one now and then;
    // dropping an old state instead would let its packets be replayed.
    static constexpr std::size_t most_sources = 64;

    static std::uint32_t word(const std::uint8_t* at) noexcept {
        std::uint32_t value;
        std::memcpy(&value, at, sizeof value);
        return value;
    }
    bool known(std::uint32_t ssrc) const noexcept {
        auto end = sources_.begin() + static_cast<std::ptrdiff_t>(count_);
        return std::find(sources_.begin(), end, ssrc) != end;
    }
    bool admits(const std::uint8_t* at) const noexcept {
        return count_ < most_sources || known(word(at));
    }
    std::size_t finish(srtp_err_status_t status, int length, std::uint32_t ssrc) noexcept {
        if (status != srtp_err_status_ok || length < 0) return 0;
        if (count_ < most_sources && !known(ssrc)) sources_[count_++] = ssrc;
        return static_cast<std::size_t>(length);
    }

    std::shared_ptr<library> kernel_;
    srtp_t session_;
    way direction_;
    std::array<std::uint32_t, most_sources> sources_{};
    std::size_t count_ = 0;
};

namespace {

class transform final : public packet_transform {
public:
    explicit transform(std::shared_ptr<crypto_context> context) noexcept
        : context_(std::move(context)) {}
    std::size_t rtp(std::uint8_t* packet, std::size_t size) noexcept override {
        return context_->rtp(packet, size);
    }
    std::size_t rtcp(std::uint8_t* packet, std::size_t size) noexcept override {
        return context_->rtcp(packet, size);
    }

private:
    std::shared_ptr<crypto_context> context_;
};

}  // namespace

result<std::shared_ptr<crypto_context>> make_context(std::shared_ptr<library> kernel,
                                                     const suite& cipher, const secret& key,
                                                     way direction) {
    if (key.bytes().size() != cipher.secret_size())
        return fail(errc::internal, "a master key of the wrong size");
    srtp_policy_t policy;
    std::memset(&policy, 0, sizeof policy);
    cipher.set_rtp(&policy.rtp);
    cipher.set_rtcp(&policy.rtcp);
    policy.ssrc.type = direction == way::protect ? ssrc_any_outbound : ssrc_any_inbound;
    std::array<std::uint8_t, SRTP_MAX_KEY_LEN> bytes{};
    std::memcpy(bytes.data(), key.bytes().data(), key.bytes().size());
    policy.key = bytes.data();
    policy.window_size = 128;
    policy.allow_repeat_tx = 0;
    srtp_t session = nullptr;
    auto status = srtp_create(&session, &policy);
    OPENSSL_cleanse(bytes.data(), bytes.size());
    if (status != srtp_err_status_ok)
        return fail(errc::internal, cat("libsrtp refuses ", cipher.name, " (status ",
                                        static_cast<int>(status), ")"));
    return std::make_shared<crypto_context>(std::move(kernel), session, direction);
}

std::unique_ptr<packet_transform> make_transform(std::shared_ptr<crypto_context> context) {
    return std::make_unique<transform>(std::move(context));
}

}  // namespace strowger::srtp
