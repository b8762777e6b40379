#include "auth/authenticator.hpp"

#include "auth/auth_params.hpp"
#include "auth/digest.hpp"
#include "auth/facts.hpp"
#include "auth/failures.hpp"
#include "auth/nonce.hpp"
#include "message/build.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <unordered_set>

namespace strowger::sofia {
namespace {

std::string_view view(const char* text) noexcept { return text ? text : ""; }

std::string lowered(std::string_view text) {
    std::string out(text);
    for (auto& c : out) c = ascii_lower(c);
    return out;
}

// Where failures are counted: an IPv4 address, or the /64 that an IPv6 host has to itself.
std::string source_of(const boost::asio::ip::address& ip) {
    if (ip.is_v4() || ip.to_v6().is_v4_mapped()) return ip.to_string();
    auto bytes = ip.to_v6().to_bytes();
    std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
    return cat(boost::asio::ip::address_v6(bytes).to_string(), "/64");
}

std::optional<std::uint32_t> nonce_count_of(std::string_view nc) noexcept {
    // RFC 7616, 3.4: exactly eight hexadecimal digits.
    std::uint32_t out = 0;
    auto [end, problem] = std::from_chars(nc.data(), nc.data() + nc.size(), out, 16);
    if (nc.size() != 8 || problem != std::errc{} || end != nc.data() + nc.size())
        return std::nullopt;
    return out;
}

// One request, and what is known about it so far.
struct attempt {
    const message& request;
    const flow& from;
    bool proxy;
    steady_time now;
    std::string source;     // of failures
    std::string source_ip;  // of nonces
    std::string realm;      // what we challenge with
    std::string domain;     // whose users are asked
    auth_params given;
};

class digest_authenticator final : public authenticator {
public:
    digest_authenticator(context& core, auth_settings settings)
        : core_(core),
          settings_(std::move(settings)),
          nonces_(settings_.nonce_ttl),
          failures_(std::max(settings_.max_failures, 1u)) {
        for (const auto& name : settings_.algorithms)
            if (auto known = digest_algorithm_of(name)) offered_.push_back(*known);
        if (offered_.empty()) offered_ = {digest_algorithm::sha256, digest_algorithm::md5};
    }

    auth_decision check(const message& request, const flow& from, bool proxy) override {
        attempt one{request,
                    from,
                    proxy,
                    core_.clock().now(),
                    source_of(from.remote().ip),
                    from.remote().ip.to_string(),
                    {},
                    {},
                    {}};
        auto decision = decide(one);
        // Accepted ones too: whether a guess was right must not show in the time it took.
        if (failures_.penalised(one.source, one.now)) decision.delay = settings_.penalty;
        return decision;
    }

private:
    auth_decision decide(attempt& one) {
        const auto* sip = one.request.sip();
        if (!sip || !sip->sip_from || !sip->sip_to)
            return refuse(one, 400, "From or To is missing");
        name_realm(one);
        bool registering = one.request.method() == sip_method_register;
        if (registering && settings_.accept_blind_registrations) {
            auto user = core_.directory().find(view(sip->sip_to->a_url->url_user), one.domain);
            return {auth_outcome::accepted, std::move(user), {}, {}, "accept-blind-reg"};
        }
        if (!registering && !settings_.auth_calls)
            return {auth_outcome::accepted, nullptr, {}, {}, "auth-calls is off"};
        if (!find_credentials(one)) return challenge(one, false, "no credentials");
        return verify(one);
    }

    void name_realm(attempt& one) const {
        const auto* sip = one.request.sip();
        auto from = lowered(view(sip->sip_from->a_url->url_host));
        auto to = lowered(view(sip->sip_to->a_url->url_host));
        // RFC 3323, 4.1.1.3: the host of an anonymous From ("anonymous.invalid") says nothing.
        if (from == "invalid" || from.ends_with(".invalid")) from = to;
        bool is_to = iequals(settings_.challenge_realm, "auto_to");
        bool is_from = iequals(settings_.challenge_realm, "auto_from");
        one.realm = is_to ? to : is_from ? from : settings_.challenge_realm;
        if (!settings_.force_domain.empty())
            one.domain = settings_.force_domain;
        else
            one.domain = is_from || (!is_to && !one.proxy) ? from : to;
        // A fixed realm says nothing about the host of the address: try the realm's own users.
        if (!is_to && !is_from && settings_.force_domain.empty() &&
            !core_.directory().domain(one.domain))
            one.domain = one.realm;
    }

    // The credentials for our realm; for another realm they are another server's.
    bool find_credentials(attempt& one) const {
        const auto* sip = one.request.sip();
        for (const auto* list : {one.proxy ? sip->sip_proxy_authorization : sip->sip_authorization,
                                 one.proxy ? sip->sip_authorization : sip->sip_proxy_authorization})
            for (const auto* field = list; field; field = field->au_next) {
                if (!is_digest(field)) continue;
                one.given = read_auth_params(field);
                if (iequals(one.given.realm, one.realm)) return true;
            }
        return false;
    }

    auth_decision verify(attempt& one) {
        const auto& given = one.given;
        auto algorithm = digest_algorithm_of(given.algorithm);
        if (!algorithm || !offers(*algorithm, one.domain))
            return challenge(one, false, "an algorithm that was not offered");
        auto nonce = nonces_.check(given.nonce, given.realm, one.source_ip, one.now);
        // RFC 7616, 3.3: stale tells the client to try again without asking its user. A nonce of
        // another source or an earlier start counts as no attempt: anybody could have sent it.
        if (nonce.verdict != nonce_verdict::good) return challenge(one, true, "an old nonce");
        if (failures_.locked(one.source, given.username, one.now))
            return refuse(one, 403, "too many failures; wait a minute");
        auto nc = given.qop.empty() ? std::optional<std::uint32_t>(1) : nonce_count_of(given.nc);
        bool sound = given.good && nc && (given.qop.empty() || given.qop == "auth");
        if (!sound) return failed(one, "broken credentials");

        auto user = core_.directory().find(given.username, one.domain);
        auto ha1 = ha1_of(user.get(), one, *algorithm);
        if (user && ha1.empty()) return learn_md5_only(one);
        // An unknown user costs the same work, and gets the same answer.
        if (!user) ha1 = digest_ha1(*algorithm, given.username, given.realm, "no such user");
        auto expected = digest_response(*algorithm, {ha1,
                                                     one.request.method_name(),
                                                     given.uri,
                                                     given.nonce,
                                                     given.nc,
                                                     given.cnonce,
                                                     given.qop,
                                                     {}});
        bool right = equal_in_constant_time(expected, lowered(given.response));
        if (!user || !right || expected.empty())
            return failed(one, user ? "wrong password" : "unknown user");
        if (!nonces_.use(nonce.index, *nc)) return challenge(one, true, "a replayed nonce count");
        failures_.succeeded(one.source, given.username);
        bool registering = one.request.method() == sip_method_register;
        if (registering && settings_.matching_username && !registers_itself(one, *user))
            return refuse(one, 403, "the credentials are another user's");
        return {auth_outcome::accepted, std::move(user), {}, {}, {}};
    }

    bool offers(digest_algorithm which, std::string_view domain) const {
        if (which == digest_algorithm::md5 && md5_only_.contains(std::string(domain))) return true;
        return std::find(offered_.begin(), offered_.end(), which) != offered_.end() &&
               (which == digest_algorithm::md5 || !md5_only_.contains(std::string(domain)));
    }

    // The user's H(A1) for that algorithm; empty: the directory holds none.
    std::string ha1_of(const directory_user* user, const attempt& one, digest_algorithm which) {
        if (!user) return {};
        auto hash = user->params.get(which == digest_algorithm::md5 ? "a1-hash" : "a1-hash-sha256");
        if (!hash.empty()) return lowered(hash);
        auto password = user->params.get("password");
        if (password.empty()) return {};
        return digest_ha1(which, one.given.username, one.given.realm, password);
    }

    // The user has only an MD5 a1-hash (or nothing at all). From now on the whole domain is offered
    // MD5 alone, as FreeSWITCH does; per user it would tell strangers who is there.
    auth_decision learn_md5_only(attempt& one) {
        auto user = core_.directory().find(one.given.username, one.domain);
        if (user->params.get("a1-hash").empty()) {
            core_.log().warning("user ", user->id, '@', one.domain,
                                " can't log in: the directory has neither password nor a1-hash");
            return failed(one, "no password in the directory");
        }
        if (md5_only_.size() < 1000 && md5_only_.insert(one.domain).second)
            core_.log().notice("domain ", one.domain,
                               " is offered MD5 digest only from now on, because its users have an "
                               "a1-hash; an a1-hash-sha256 or a password beside it allows SHA-256");
        return challenge(one, true, "SHA-256 for a user with an MD5 a1-hash");
    }

    // Nobody registers for another user. Who calls may name whom it likes in From, anonymous too
    // (RFC 3323): its user is the one who proved itself.
    bool registers_itself(const attempt& one, const directory_user& user) const {
        auto name = view(one.request.sip()->sip_to->a_url->url_user);
        if (name == user.id || (!user.number_alias.empty() && name == user.number_alias))
            return true;
        auto claimed = core_.directory().find(name, one.domain);
        return claimed && claimed->id == user.id && claimed->domain == user.domain;
    }

    auth_decision challenge(attempt& one, bool stale, std::string reason) {
        auto response = make_response(one.request, one.proxy ? 407 : 401);
        auto header = one.proxy ? "Proxy-Authenticate" : "WWW-Authenticate";
        auto nonce = nonces_.make(one.realm, one.source_ip, one.now);
        auto realm = quoted(one.realm);
        auto offer = [&](digest_algorithm which) {
            auto value =
                cat("Digest realm=", realm, ", nonce=\"", nonce, "\", algorithm=", to_string(which),
                    stale ? ", stale=true" : "", ", qop=\"auth\"");
            (void)add_header(response, header, value);
        };
        // RFC 8760, 2.3: the server's order of preference.
        if (md5_only_.contains(one.domain))
            offer(digest_algorithm::md5);
        else
            for (auto which : offered_) offer(which);
        return {auth_outcome::challenge, nullptr, std::move(response), {}, std::move(reason)};
    }

    auth_decision refuse(attempt& one, int status, std::string reason) {
        return {auth_outcome::refused,
                nullptr,
                make_response(one.request, status),
                {},
                std::move(reason)};
    }

    // Credentials with a nonce that this very source got from us, and wrong.
    auth_decision failed(attempt& one, std::string reason) {
        bool locked = failures_.add(one.source, one.given.username, one.now);
        publish(one, reason, locked);
        return locked ? refuse(one, 403, cat(reason, ", too many times"))
                      : challenge(one, false, std::move(reason));
    }

    void publish(const attempt& one, std::string_view reason, bool locked) {
        if (!core_.bus().wanted<sofia_auth_failure>()) return;
        const auto* sip = one.request.sip();
        sofia_auth_failure fact;
        fact.profile = settings_.profile;
        fact.method = one.request.method_name();
        fact.from_user = view(sip->sip_from->a_url->url_user);
        fact.from_host = view(sip->sip_from->a_url->url_host);
        fact.to_user = view(sip->sip_to->a_url->url_user);
        fact.to_host = view(sip->sip_to->a_url->url_host);
        fact.username = one.given.username;
        fact.realm = one.given.realm;
        fact.network_ip = one.source_ip;
        fact.network_port = one.from.remote().port;
        fact.transport = to_string(one.from.kind());
        fact.user_agent = sip->sip_user_agent ? view(sip->sip_user_agent->g_string) : "";
        fact.call_id = one.request.call_id();
        fact.reason = reason;
        fact.locked = locked;
        core_.bus().publish(fact);
    }

    context& core_;
    auth_settings settings_;
    nonce_maker nonces_;
    failure_table failures_;
    std::vector<digest_algorithm> offered_;
    std::unordered_set<std::string> md5_only_;  // domains
};

}  // namespace

authenticator::~authenticator() = default;

std::unique_ptr<authenticator> make_authenticator(context& core, auth_settings settings) {
    return std::make_unique<digest_authenticator>(core, std::move(settings));
}

}  // namespace strowger::sofia
