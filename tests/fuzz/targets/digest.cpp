// Digest: a peer's credentials at our server, and a server's challenge at our client. In
// credentials the word NONCE stands for a nonce that we gave.
#include "../fixed_flow.hpp"
#include "../one_directory.hpp"
#include "../target.hpp"

#include "auth/auth_params.hpp"
#include "auth/authenticator.hpp"
#include "auth/digest.hpp"
#include "auth/nonce.hpp"
#include "bus/make.hpp"
#include "message/build.hpp"
#include "test_context.hpp"

#include <strowger/text.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace strowger::sofia {
namespace {

struct server {
    testing::test_context core;
    std::unique_ptr<bus> facts = make_bus(core.log());
    fuzz::one_directory users;
    fuzz::fixed_flow from{transport_kind::udp};
    std::unique_ptr<authenticator> door;
    nonce_maker nonces{std::chrono::seconds(60), 16};

    server() {
        core.use_bus = facts.get();
        core.use_directory = &users;
        door = make_authenticator(core, {});
    }
    message request(const std::string& authorization) {
        auto read = message::parse(
            cat("REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP "
                "192.0.2.7;branch=z9hG4bK1\r\nFrom: <sip:1000@example.com>;tag=1\r\nTo: "
                "<sip:1000@example.com>\r\nCall-ID: 1\r\nCSeq: 1 REGISTER\r\n",
                authorization, "Content-Length: 0\r\n\r\n"));
        return read ? std::move(*read) : message();
    }
    std::string fresh_nonce() {
        auto first = door->check(request({}), from, false);
        return read_auth_params(first.response.sip()->sip_www_authenticate).nonce;
    }
};

// As `text`, but with what `word` stands for.
std::string with(std::string text, std::string_view word, std::string_view value) {
    for (auto at = text.find(word); at != text.npos; at = text.find(word, at + value.size()))
        text.replace(at, word.size(), value);
    return text;
}

void to_server(std::string_view bytes) {
    static server pbx;
    // Locks of earlier inputs are over, so that each input means the same.
    pbx.core.manual.advance(std::chrono::seconds(200));
    auto text = std::string(bytes);
    if (text.find("NONCE") != text.npos) text = with(text, "NONCE", pbx.fresh_nonce());
    auto request = pbx.request(cat("Authorization: ", text, "\r\n"));
    if (!request || !request.check().empty() || request.method() != sip_method_register) return;
    for (const auto* each = request.sip()->sip_authorization; each; each = each->au_next)
        if (is_digest(each)) {
            auto params = read_auth_params(each);
            (void)pbx.nonces.check(params.nonce, params.realm, "192.0.2.7", pbx.core.manual.now());
            (void)digest_algorithm_of(params.algorithm);
        }
    auto decision = pbx.door->check(request, pbx.from, false);
    // Nobody guesses the proof of a password.
    STROWGER_PROMISE(decision.outcome != auth_outcome::accepted);
    auto answer = message::parse(decision.response.print());
    STROWGER_PROMISE(answer && answer->check().empty());
    STROWGER_PROMISE(decision.outcome == auth_outcome::refused || answer->status() == 401);
}

void to_client(std::string_view bytes) {
    auto response = message::parse(
        cat("SIP/2.0 401 Unauthorized\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1\r\nFrom: "
            "<sip:1000@example.com>;tag=1\r\nTo: <sip:1000@example.com>;tag=2\r\nCall-ID: 1\r\n"
            "CSeq: 1 REGISTER\r\nWWW-Authenticate: ",
            bytes, "\r\nContent-Length: 0\r\n\r\n"));
    if (!response || !response->check().empty()) return;
    auto header = answer_challenge(*response, "REGISTER", "sip:example.com", {},
                                   {"1000", "correct horse", {}}, 1);
    if (!header) return;
    // The answer is one header that a server reads as we meant it.
    STROWGER_PROMISE(header->second.find_first_of("\r\n") == std::string::npos);
    if (bytes.find("correct horse") == bytes.npos)
        STROWGER_PROMISE(header->second.find("correct horse") == std::string::npos);
    request_parts parts;
    parts.method = "REGISTER";
    parts.request_uri = "sip:example.com";
    parts.from = "<sip:1000@example.com>;tag=1";
    parts.to = "<sip:1000@example.com>";
    parts.call_id = "1";
    parts.headers = {*header, {"Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK1"}};
    auto made = make_request(parts);
    STROWGER_PROMISE(made);
    auto read = message::parse(made->print());
    STROWGER_PROMISE(read && read->check().empty());
    const auto* field = read->sip()->sip_authorization;
    STROWGER_PROMISE(is_digest(field) && !field->au_next);
    auto params = read_auth_params(field);
    STROWGER_PROMISE(params.good);
    STROWGER_PROMISE(params.username == "1000" && params.uri == "sip:example.com");
}

}  // namespace

STROWGER_FUZZ_TARGET(digest) {
    if (bytes.size() > 16384) return;
    to_server(bytes);
    to_client(bytes);
    STROWGER_PROMISE(quoted(bytes).find_first_of("\r\n") == std::string::npos);
}

}  // namespace strowger::sofia
