#include "transport/tls_context.hpp"

#include "transport/reading_as.hpp"

#include <strowger/text.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>

namespace strowger::sofia {
namespace {

std::string last_error() {
    const char* why = ERR_reason_error_string(ERR_peek_last_error());
    std::string text = why ? why : "unknown reason";
    ERR_clear_error();
    return text;
}

// What both directions have in common.
result<std::shared_ptr<SSL_CTX>> make_context(const SSL_METHOD* method,
                                              const tls_settings& settings) {
    std::shared_ptr<SSL_CTX> made(SSL_CTX_new(method), openssl_free{});
    if (!made) return fail(errc::internal, cat("OpenSSL gives no context: ", last_error()));
    auto* context = made.get();
    auto versions = parse_tls_versions(settings.versions);
    SSL_CTX_set_min_proto_version(context, versions.least);
    SSL_CTX_set_max_proto_version(context, versions.most);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    // An idle connection holds no buffers (14 KB instead of 83).
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Tickets resume sessions; a cache of them would grow with the number of phones.
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context, 1);
    if (!settings.ciphers.empty() &&
        SSL_CTX_set_cipher_list(context, settings.ciphers.c_str()) != 1)
        return fail(errc::invalid_argument,
                    cat("tls-ciphers \"", settings.ciphers,
                        "\" names no cipher that OpenSSL knows: ", last_error()));
    SSL_CTX_set_verify_depth(context, settings.verify_depth);
    if (!settings.verify_date)
        X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(context), X509_V_FLAG_NO_CHECK_TIME);
    return made;
}

result<void> use_identity(SSL_CTX* context, const tls_identity& us) {
    // The chain is only what agent.pem says: nothing from the trust store is added to it.
    SSL_CTX_set_mode(context, SSL_MODE_NO_AUTO_CHAIN);
    if (SSL_CTX_use_certificate(context, us.leaf.get()) != 1 ||
        SSL_CTX_use_PrivateKey(context, us.key.get()) != 1)
        return fail(errc::invalid_argument,
                    cat("OpenSSL does not take the certificate in ", us.file, ": ", last_error()));
    for (const auto& each : us.chain) SSL_CTX_add1_chain_cert(context, each.get());
    return {};
}

// cafile.pem: whom we believe. `names`: tell clients which certificates we ask for.
result<void> trust(SSL_CTX* context, const std::string& directory, bool names) {
    auto file = directory + "/cafile.pem";
    auto text = read_pem_file(file);
    if (!text) return text.error();
    openssl_ptr<BIO> from(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
    int count = 0;
    ERR_clear_error();
    while (openssl_ptr<X509> one{PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr)}) {
        X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get());
        if (names) SSL_CTX_add_client_CA(context, one.get());
        ++count;
    }
    auto number = ERR_peek_last_error();
    bool ended =
        ERR_GET_LIB(number) == ERR_LIB_PEM && ERR_GET_REASON(number) == PEM_R_NO_START_LINE;
    if (!ended)
        return fail(errc::bad_syntax, cat("certificate ", count + 1, " in ", file, " is damaged (",
                                          last_error(), "): copy it again"));
    ERR_clear_error();
    if (count == 0) return fail(errc::bad_syntax, cat(file, " has no certificate"));
    return {};
}

result<std::shared_ptr<SSL_CTX>> server_context(const tls_settings& settings,
                                                const result<tls_identity>& us) {
    if (!us) return us.error();
    auto made = make_context(TLS_server_method(), settings);
    if (!made) return made;
    if (auto used = use_identity(made->get(), *us); !used) return used.error();
    SSL_CTX_set_session_id_context(made->get(), reinterpret_cast<const unsigned char*>("sip"), 3);
    if (settings.verify_in) {
        if (auto known = trust(made->get(), settings.certificate_dir, true); !known)
            return fail(known.error().code,
                        cat("clients' certificates cannot be verified: ", known.error().text));
        SSL_CTX_set_verify(made->get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    }
    return made;
}

result<std::shared_ptr<SSL_CTX>> client_context(const tls_settings& settings,
                                                const result<tls_identity>& us) {
    auto made = make_context(TLS_client_method(), settings);
    if (!made) return made;
    // Servers that ask for our certificate get it; one that is missing matters only to them.
    if (us)
        if (auto used = use_identity(made->get(), *us); !used) return used.error();
    if (settings.verify_out) {
        if (auto known = trust(made->get(), settings.certificate_dir, false); !known)
            return fail(known.error().code,
                        cat("servers' certificates cannot be verified: ", known.error().text,
                            "; put the certificate of the servers' CA there, or set "
                            "tls-verify-policy=none and know that calls are not private then"));
        SSL_CTX_set_verify(made->get(), SSL_VERIFY_PEER, nullptr);
    }
    return made;
}

}  // namespace

tls_versions parse_tls_versions(std::string_view words) {
    tls_versions found;
    bool two = false, three = false, old = false;
    while (!words.empty()) {
        auto end = std::min(words.find_first_of(",|"), words.size());
        auto word = trim(words.substr(0, end));
        words.remove_prefix(std::min(end + 1, words.size()));
        if (word.empty()) continue;
        if (iequals(word, "tlsv1.2")) {
            two = true;
        } else if (iequals(word, "tlsv1.3")) {
            three = true;
        } else if (iequals(word, "sslv23")) {
            two = three = true;
        } else if (iequals(word, "sslv2") || iequals(word, "sslv3") || iequals(word, "tlsv1") ||
                   iequals(word, "tlsv1.0") || iequals(word, "tlsv1.1")) {
            old = true;
            found.warnings.push_back(
                cat("tls-version ", word, " is not safe: TLS 1.2 is the oldest that is served"));
        } else {
            found.warnings.push_back(
                cat("tls-version \"", word, "\" is unknown: expected tlsv1.2, tlsv1.3 or sslv23"));
        }
    }
    if (old) two = true;
    if (two && !three) found.most = TLS1_2_VERSION;
    if (three && !two) found.least = TLS1_3_VERSION;
    return found;
}

tls_contexts load_tls(const tls_settings& settings) {
    reading_as later_user(settings.run_as_uid, settings.run_as_gid);
    tls_contexts made;
    made.verify_in = settings.verify_in;
    made.verify_out = settings.verify_out;
    made.warnings = parse_tls_versions(settings.versions).warnings;
    auto us = load_identity(settings.certificate_dir, settings.passphrase, settings.verify_date);
    if (auto server = server_context(settings, us))
        made.server = std::move(*server);
    else
        made.server_problem = server.error().text;
    if (auto client = client_context(settings, us))
        made.client = std::move(*client);
    else
        made.client_problem = client.error().text;
    return made;
}

}  // namespace strowger::sofia
