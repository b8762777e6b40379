#include "keying.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::srtp {

void sdes_keying::keep_for_rollback() {
    if (open_) return;
    before_ = now_;
    open_ = true;
}

result<const secret*> sdes_keying::our_key(const suite& cipher) {
    auto found = now_.ours.find(&cipher);
    if (found == now_.ours.end()) {
        auto made = make_secret(cipher);
        if (!made) return made.error();
        found = now_.ours.emplace(&cipher, *made).first;
    }
    return &found->second;
}

result<std::vector<sdp_attribute>> sdes_keying::offer() {
    keep_for_rollback();
    // A suite in use that was only accepted stays in later offers, first of all: a hold must not
    // change it.
    auto suites = choice_.offered;
    if (in_use_) {
        suites.erase(std::remove(suites.begin(), suites.end(), in_use_->cipher), suites.end());
        suites.insert(suites.begin(), in_use_->cipher);
    }
    now_.offered.clear();
    std::vector<sdp_attribute> lines;
    for (const auto* cipher : suites) {
        auto key = our_key(*cipher);
        if (!key) return key.error();
        auto tag = static_cast<std::uint32_t>(lines.size() + 1);
        crypto_line line{tag, cipher, **key};
        lines.push_back({"crypto", print_crypto(line)});
        now_.offered.push_back({tag, cipher});
    }
    return lines;
}

result<std::vector<sdp_attribute>> sdes_keying::answer(std::span<const sdp_attribute> theirs) {
    std::string why = "the offer has no a=crypto line";
    for (const auto& attribute : theirs) {
        if (!iequals(attribute.name, "crypto")) continue;
        auto line = parse_crypto(attribute.value);
        if (!line) {
            why = cat("a=crypto is not usable: ", line.error().text);
            continue;
        }
        // The offer's own order counts (RFC 4568, 5.1.2).
        if (std::find(choice_.accepted.begin(), choice_.accepted.end(), line->cipher) ==
            choice_.accepted.end()) {
            why = cat("the suite ", line->cipher->name, " is not allowed on this leg");
            continue;
        }
        keep_for_rollback();
        // Keyed anew by the far end: it starts its counters afresh, so we do the same.
        if (in_use_ && in_use_->cipher == line->cipher && !(in_use_->theirs == line->key))
            now_.ours.erase(line->cipher);
        auto key = our_key(*line->cipher);
        if (!key) return key.error();
        auto agreed = std::make_shared<agreement>();
        agreed->cipher = line->cipher;
        agreed->ours = **key;
        agreed->theirs = line->key;
        now_.agreed.clear();
        now_.agreed.emplace("", std::move(agreed));
        crypto_line ours{line->tag, line->cipher, **key};
        std::vector<sdp_attribute> reply{{"crypto", print_crypto(ours)}};
        return reply;
    }
    return fail(errc::incompatible, why);
}

result<void> sdes_keying::accept(std::span<const sdp_attribute> theirs, std::string_view branch) {
    std::string why = "the answer has no a=crypto line";
    for (const auto& attribute : theirs) {
        if (!iequals(attribute.name, "crypto")) continue;
        auto line = parse_crypto(attribute.value);
        if (!line) {
            why = cat("the answer's a=crypto is not usable: ", line.error().text);
            continue;
        }
        // RFC 4568, 5.1.3: tag and suite are those of one of the lines offered.
        auto offered = std::find_if(now_.offered.begin(), now_.offered.end(),
                                    [&](const auto& each) { return each.tag == line->tag; });
        if (offered == now_.offered.end() || offered->cipher != line->cipher) {
            why = "the answer's a=crypto is not one of the lines offered";
            continue;
        }
        auto agreed = std::make_shared<agreement>();
        agreed->cipher = line->cipher;
        agreed->ours = now_.ours.at(line->cipher);
        agreed->theirs = line->key;
        constexpr std::size_t most_branches = 32;
        auto place = now_.agreed.find(branch);
        if (place == now_.agreed.end() && now_.agreed.size() >= most_branches)
            return fail(errc::limit_reached, "too many branches answered one offer");
        if (place == now_.agreed.end())
            now_.agreed.emplace(branch, std::move(agreed));
        else if (!place->second->same_keys(*agreed))
            place->second = std::move(agreed);
        return {};
    }
    return fail(errc::incompatible, why);
}

result<std::optional<stream_protection>> sdes_keying::take(std::string_view branch) {
    std::optional<stream_protection> nothing;
    auto found = now_.agreed.find(branch);
    if (found == now_.agreed.end()) return nothing;
    auto& agreed = *found->second;
    open_ = false;
    before_ = state{};
    if (in_use_ && in_use_->same_keys(agreed)) {
        found->second = in_use_;
        return nothing;
    }
    // Contexts of the same key go on, whichever branch or offer they came from.
    auto adopt = [&](const agreement& other) {
        if (other.cipher != agreed.cipher) return;
        if (!agreed.outgoing && other.ours == agreed.ours) agreed.outgoing = other.outgoing;
        if (!agreed.incoming && other.theirs == agreed.theirs) agreed.incoming = other.incoming;
    };
    if (in_use_) adopt(*in_use_);
    for (const auto& [name, other] : now_.agreed) adopt(*other);
    if (!agreed.outgoing) {
        auto made = make_context(kernel_, *agreed.cipher, agreed.ours, way::protect);
        if (!made) return made.error();
        agreed.outgoing = *made;
    }
    if (!agreed.incoming) {
        auto made = make_context(kernel_, *agreed.cipher, agreed.theirs, way::unprotect);
        if (!made) return made.error();
        agreed.incoming = *made;
    }
    in_use_ = found->second;
    std::optional<stream_protection> protection(std::in_place);
    protection->keying = "SDES";
    protection->suite = std::string(agreed.cipher->name);
    protection->outgoing = make_transform(agreed.outgoing);
    protection->incoming = make_transform(agreed.incoming);
    return protection;
}

void sdes_keying::rollback() {
    if (!open_) return;
    now_ = std::move(before_);
    before_ = state{};
    open_ = false;
}

}  // namespace strowger::srtp
