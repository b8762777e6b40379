// Keys and X.509 certificates, made by OpenSSL.
#pragma once

#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

template <auto Free>
struct freed_by {
    template <class T>
    void operator()(T* object) const noexcept {
        Free(object);
    }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using certificate_ptr = std::unique_ptr<X509, freed_by<X509_free>>;

enum class purpose { authority, server, client };

struct certificate_request {
    purpose what = purpose::server;
    std::string common_name;
    std::string organisation;
    std::vector<std::string> alternatives;
    long days = 2190;
};

// All throw std::runtime_error with OpenSSL's own words.
key_ptr make_key(const std::string& kind);  // "rsa" or "ec"
// Signed by the issuer, or by its own key when `issuer` is nullptr.
certificate_ptr make_certificate(const certificate_request& request, EVP_PKEY& key, X509* issuer,
                                 EVP_PKEY& issuer_key);

std::string to_pem(X509& certificate);
std::string to_pem(EVP_PKEY& key);  // unencrypted PKCS #8
key_ptr read_key(const std::string& pem);
certificate_ptr read_certificate(const std::string& pem);
