// Keying without keys: a line that says GOOD is usable.
#pragma once

#include <strowger/media.hpp>

namespace strowger::rtp::testing {

class fake_keying final : public stream_keying {
public:
    result<std::vector<sdp_attribute>> offer() override {
        return std::vector<sdp_attribute>{{"crypto", "1 SUITE inline:OURS"}};
    }
    result<std::vector<sdp_attribute>> answer(std::span<const sdp_attribute> theirs) override {
        for (const auto& each : theirs)
            if (each.value.find("GOOD") != std::string::npos)
                return std::vector<sdp_attribute>{
                    {"crypto", each.value.substr(0, each.value.find(' ')) + " SUITE inline:OURS"}};
        return fail(errc::incompatible, "none of the lines is good");
    }
    result<void> accept(std::span<const sdp_attribute> theirs, std::string_view branch) override {
        for (const auto& each : theirs)
            if (each.value.find("GOOD") != std::string::npos) {
                accepted.emplace_back(branch);
                return {};
            }
        return fail(errc::incompatible, "the answer's a=crypto is not good");
    }
    result<std::optional<stream_protection>> take(std::string_view) override {
        return std::optional<stream_protection>{};
    }
    void rollback() override { ++rollbacks; }

    std::vector<std::string> accepted;
    int rollbacks = 0;
};

}  // namespace strowger::rtp::testing
