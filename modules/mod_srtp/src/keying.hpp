// The keying of one stream by SDES (RFC 4568).
#pragma once

#include "transform.hpp"

#include <strowger/media.hpp>

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace strowger::srtp {

// What one side of the policy is: the suites offered, in order, and those accepted.
struct suite_choice {
    std::vector<const suite*> offered;
    std::vector<const suite*> accepted;
};

class sdes_keying final : public stream_keying {
public:
    sdes_keying(std::shared_ptr<library> kernel, suite_choice choice)
        : kernel_(std::move(kernel)), choice_(std::move(choice)) {}

    result<std::vector<sdp_attribute>> offer() override;
    result<std::vector<sdp_attribute>> answer(std::span<const sdp_attribute> theirs) override;
    result<void> accept(std::span<const sdp_attribute> theirs, std::string_view branch) override;
    result<std::optional<stream_protection>> take(std::string_view branch) override;
    void rollback() override;

private:
    // Which suite and keys both sides use. The contexts are made when first taken.
    struct agreement {
        const suite* cipher = nullptr;
        secret ours, theirs;
        std::shared_ptr<crypto_context> outgoing, incoming;
        bool same_keys(const agreement& other) const noexcept {
            return cipher == other.cipher && ours == other.ours && theirs == other.theirs;
        }
    };
    struct offered_line {
        std::uint32_t tag;
        const suite* cipher;
    };
    // What a refused offer takes back.
    struct state {
        std::map<const suite*, secret> ours;  // our key for each suite, once made
        std::vector<offered_line> offered;
        std::map<std::string, std::shared_ptr<agreement>, std::less<>> agreed;  // by branch
    };

    result<const secret*> our_key(const suite& cipher);
    void keep_for_rollback();

    std::shared_ptr<library> kernel_;
    suite_choice choice_;
    state now_, before_;
    bool open_ = false;  // an offer was made or answered, and nothing taken since
    std::shared_ptr<agreement> in_use_;
};

}  // namespace strowger::srtp
