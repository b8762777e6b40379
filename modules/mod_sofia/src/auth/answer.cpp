// Digest, client side.
#include "auth/auth_params.hpp"
#include "auth/authenticator.hpp"
#include "auth/digest.hpp"

#include <strowger/text.hpp>

#include <openssl/rand.h>

namespace strowger::sofia {
namespace {

struct challenge {
    auth_params params;
    digest_algorithm algorithm = digest_algorithm::md5;
    std::string qop;
};

// The strongest challenge that we can answer; the first of equals (RFC 8760, 2.4).
std::optional<challenge> pick(const msg_auth_t* field, const credentials& who, std::string& why) {
    std::optional<challenge> best;
    why = "there is no Digest challenge in it";
    for (; field; field = field->au_next) {
        if (!is_digest(field)) continue;
        challenge one{read_auth_params(field), {}, {}};
        auto algorithm = digest_algorithm_of(one.params.algorithm);
        if (!algorithm) {
            why = cat("algorithm ", one.params.algorithm, " is not known here");
            continue;
        }
        if (!one.params.good || one.params.nonce.empty()) {
            why = "its challenge is broken";
            continue;
        }
        // A password is for its realm only: another server must not have it tried.
        if (!who.realm.empty() && who.realm != one.params.realm) {
            why = cat("it asks for realm \"", one.params.realm, "\", the credentials are for \"",
                      who.realm, "\"");
            continue;
        }
        if (list_has(one.params.qop, "auth"))
            one.qop = "auth";
        else if (list_has(one.params.qop, "auth-int"))
            one.qop = "auth-int";
        else if (!one.params.qop.empty()) {
            why = cat("qop ", one.params.qop, " is not known here");
            continue;
        }
        one.algorithm = *algorithm;
        if (!best || (best->algorithm == digest_algorithm::md5 && *algorithm != best->algorithm))
            best = std::move(one);
    }
    return best;
}

std::string hexadecimal(std::uint32_t number) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out(8, '0');
    for (int i = 7; i >= 0; --i, number >>= 4)
        out[static_cast<std::size_t>(i)] = digits[number & 15];
    return out;
}

}  // namespace

result<std::pair<std::string, std::string>> answer_challenge(
    const message& response, std::string_view method, std::string_view uri, std::string_view body,
    const credentials& who, std::uint32_t nonce_count) {
    const auto* sip = response.sip();
    bool proxy = response.status() == 407;
    if (!sip || (!proxy && response.status() != 401))
        return fail(errc::invalid_argument, "only a 401 or a 407 can be answered by credentials");
    std::string why;
    auto found = pick(proxy ? sip->sip_proxy_authenticate : sip->sip_www_authenticate, who, why);
    if (!found)
        return fail(errc::unauthenticated,
                    cat("the ", response.status(), " can't be answered: ", why));
    std::uint32_t random[2];
    if (RAND_bytes(reinterpret_cast<unsigned char*>(random), sizeof random) != 1)
        return fail(errc::internal, "OpenSSL gives no random bytes for a cnonce");
    const auto& asked = found->params;
    auto cnonce = hexadecimal(random[0]) + hexadecimal(random[1]);
    auto nc = hexadecimal(nonce_count);
    auto ha1 = digest_ha1(found->algorithm, who.username, asked.realm, who.password);
    auto proof = digest_response(found->algorithm,
                                 {ha1, method, uri, asked.nonce, nc, cnonce, found->qop, body});
    auto value =
        cat("Digest username=", quoted(who.username), ", realm=", quoted(asked.realm),
            ", nonce=", quoted(asked.nonce), ", uri=", quoted(uri), ", response=\"", proof, '"');
    // RFC 7616, 3.4: algorithm is what the challenge said; older servers send none and want none.
    if (!asked.algorithm.empty()) value += cat(", algorithm=", to_string(found->algorithm));
    if (!asked.opaque.empty()) value += cat(", opaque=", quoted(asked.opaque));
    if (!found->qop.empty())
        value += cat(", qop=", found->qop, ", cnonce=\"", cnonce, "\", nc=", nc);
    std::string name = proxy ? "Proxy-Authorization" : "Authorization";
    return std::pair{std::move(name), std::move(value)};
}

}  // namespace strowger::sofia
