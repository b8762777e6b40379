// Who we are on TLS: the private key and certificates of agent.pem. OpenSSL's objects with owners.
#pragma once

#include <strowger/error.hpp>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <vector>

namespace strowger::sofia {

struct openssl_free {
    void operator()(SSL* p) const noexcept { SSL_free(p); }
    void operator()(SSL_CTX* p) const noexcept { SSL_CTX_free(p); }
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
    void operator()(X509* p) const noexcept { X509_free(p); }
    void operator()(BIO* p) const noexcept { BIO_free(p); }
    void operator()(GENERAL_NAMES* p) const noexcept { GENERAL_NAMES_free(p); }
};
template <class T>
using openssl_ptr = std::unique_ptr<T, openssl_free>;

struct tls_identity {
    std::string file;
    openssl_ptr<EVP_PKEY> key;
    openssl_ptr<X509> leaf;
    std::vector<openssl_ptr<X509>> chain;  // the issuer of the leaf first, without the root
};

// Reads key, leaf and intermediates, in any order, from `directory`/agent.pem (or tls.pem). What is
// wrong is said with the file and what to do; `check_dates`: an expired certificate is an error.
// Blocks on the file: start and reload only.
result<tls_identity> load_identity(const std::string& directory, const std::string& passphrase,
                                   bool check_dates);

// A file's whole text, at most a few hundred kilobytes. errc::not_permitted names the chown and
// chmod that let this user read it.
result<std::string> read_pem_file(const std::string& file);

}  // namespace strowger::sofia
