#include "negotiation/policy.hpp"

#include <strowger/text.hpp>

namespace strowger::rtp {
namespace {

std::vector<std::string> split_suites(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        // FreeSWITCH's own documents separate them with commas, its code with colons.
        auto end = text.find_first_of(":,|");
        auto word = trim(text.substr(0, end));
        if (!word.empty()) words.emplace_back(word);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return words;
}

}  // namespace

secure_policy read_policy(const variables& vars, const leg_facts& facts) {
    secure_policy policy;
    bool inbound = facts.way == direction::inbound;
    const std::string* text =
        vars.find(inbound ? "rtp_secure_media_inbound" : "rtp_secure_media_outbound");
    if (!text || trim(*text).empty()) text = vars.find("rtp_secure_media");
    auto value = text ? trim(*text) : std::string_view{};
    auto colon = value.find(':');
    auto word = trim(value.substr(0, colon));
    policy.given = !word.empty();
    if (word.empty())
        policy.mode = inbound ? secure_mode::optional : secure_mode::forbidden;
    else if (iequals(word, "optional"))
        policy.mode = secure_mode::optional;
    else if (iequals(word, "mandatory") || is_true(word))
        policy.mode = secure_mode::mandatory;
    else if (iequals(word, "forbidden") || is_false(word))
        policy.mode = secure_mode::forbidden;
    else if (iequals(word, "auto"))
        policy.mode = facts.signalling_encrypted ? secure_mode::mandatory : secure_mode::forbidden;
    else {
        policy.mode = secure_mode::forbidden;
        policy.warnings.push_back(
            cat("rtp_secure_media: \"", word.substr(0, 64),
                "\" is not known and is taken as forbidden; there are: mandatory (or true), "
                "optional, forbidden (or false), auto"));
    }
    if (colon != value.npos) policy.suites = split_suites(value.substr(colon + 1));
    if (policy.suites.empty()) policy.suites = split_suites(vars.get("rtp_secure_media_suites"));
    if (vars.find("sip_secure_media"))
        policy.warnings.emplace_back(
            "the variable sip_secure_media does nothing; its name is rtp_secure_media");
    return policy;
}

}  // namespace strowger::rtp
