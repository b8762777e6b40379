#include "certificate.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>

namespace {

[[noreturn]] void fail(const std::string& what) {
    char words[256] = "no reason given";
    if (auto code = ERR_get_error()) ERR_error_string_n(code, words, sizeof words);
    throw std::runtime_error(what + ": " + words);
}

void check(bool good, const char* what) {
    if (!good) fail(what);
}

void add_extension(X509& to, X509& issuer, int kind, const std::string& value) {
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, &issuer, &to, nullptr, nullptr, 0);
    std::unique_ptr<X509_EXTENSION, freed_by<X509_EXTENSION_free>> made(
        X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
    if (!made || X509_add_ext(&to, made.get(), -1) != 1)
        fail("The certificate cannot carry '" + value + "'");
}

void set_name(X509_NAME* name, const certificate_request& request) {
    auto add = [&](const char* field, const std::string& value) {
        if (value.empty()) return;
        check(X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8,
                                         reinterpret_cast<const unsigned char*>(value.data()),
                                         static_cast<int>(value.size()), -1, 0) == 1,
              "The name cannot be used in a certificate");
    };
    add("O", request.organisation);
    add("CN", request.common_name);
}

// 127 random bits: positive, and never the same twice (RFC 5280, 4.1.2.2).
void set_serial(X509& of) {
    unsigned char bytes[16];
    check(RAND_bytes(bytes, sizeof bytes) == 1, "No random bytes");
    bytes[0] = static_cast<unsigned char>((bytes[0] & 0x7F) | 0x40);
    std::unique_ptr<BIGNUM, freed_by<BN_free>> number(BN_bin2bn(bytes, sizeof bytes, nullptr));
    check(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(&of)) != nullptr,
          "No serial number");
}

// A comma or backslash would begin another name in OpenSSL's notation: such a name is refused.
std::string joined_alternatives(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& name : names) {
        if (name.find_first_of(",\\\n") != std::string::npos)
            throw std::runtime_error("-alt " + name +
                                     ": a comma or backslash cannot stand there; give -alt twice.");
        out += (out.empty() ? "" : ",") + name;
    }
    return out;
}

void add_extensions(X509& to, X509& issuer, const certificate_request& request) {
    add_extension(to, issuer, NID_subject_key_identifier, "hash");
    add_extension(to, issuer, NID_authority_key_identifier, "keyid:always");
    if (request.what == purpose::authority) {
        add_extension(to, issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0");
        add_extension(to, issuer, NID_key_usage, "critical,keyCertSign,cRLSign");
    } else {
        add_extension(to, issuer, NID_basic_constraints, "critical,CA:FALSE");
        add_extension(to, issuer, NID_key_usage, "critical,digitalSignature,keyEncipherment");
        add_extension(to, issuer, NID_ext_key_usage,
                      request.what == purpose::server ? "serverAuth" : "clientAuth");
    }
    auto names = joined_alternatives(request.alternatives);
    if (!names.empty()) add_extension(to, issuer, NID_subject_alt_name, names);
}

std::string contents(BIO& of) {
    char* bytes = nullptr;
    auto size = BIO_get_mem_data(&of, &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
}

using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free>>;

}  // namespace

key_ptr make_key(const std::string& kind) {
    key_ptr made(kind == "ec" ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256")
                              : EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{2048}));
    if (!made) fail("The key cannot be made");
    return made;
}

certificate_ptr make_certificate(const certificate_request& request, EVP_PKEY& key, X509* issuer,
                                 EVP_PKEY& issuer_key) {
    certificate_ptr made(X509_new());
    check(made && X509_set_version(made.get(), X509_VERSION_3) == 1, "No certificate");
    set_serial(*made);
    set_name(X509_get_subject_name(made.get()), request);
    auto* from = issuer ? X509_get_subject_name(issuer) : X509_get_subject_name(made.get());
    check(X509_set_issuer_name(made.get(), from) == 1, "No issuer");
    // An hour ago: the clock of a phone may be a little behind.
    check(X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600) != nullptr, "No start");
    check(X509_time_adj_ex(X509_getm_notAfter(made.get()), static_cast<int>(request.days), 0,
                           nullptr) != nullptr,
          "That many days cannot be written in a certificate");
    check(X509_set_pubkey(made.get(), &key) == 1, "No public key");
    add_extensions(*made, issuer ? *issuer : *made, request);
    check(X509_sign(made.get(), &issuer_key, EVP_sha256()) > 0, "The certificate cannot be signed");
    return made;
}

std::string to_pem(X509& certificate) {
    bio_ptr out(BIO_new(BIO_s_mem()));
    check(out && PEM_write_bio_X509(out.get(), &certificate) == 1,
          "The certificate cannot be written");
    return contents(*out);
}

std::string to_pem(EVP_PKEY& key) {
    bio_ptr out(BIO_new(BIO_s_mem()));
    check(out &&
              PEM_write_bio_PrivateKey(out.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "The key cannot be written");
    return contents(*out);
}

key_ptr read_key(const std::string& pem) {
    bio_ptr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    key_ptr key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    if (!key) fail("There is no usable key in it");
    return key;
}

certificate_ptr read_certificate(const std::string& pem) {
    bio_ptr in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    certificate_ptr certificate(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (!certificate) fail("There is no usable certificate in it");
    return certificate;
}
