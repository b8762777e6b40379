// Keys and certificates made for one test with OpenSSL, in a folder that goes with the object.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace strowger::testing {

namespace detail {
struct crypto_free {
    void operator()(EVP_PKEY* p) const noexcept { EVP_PKEY_free(p); }
    void operator()(X509* p) const noexcept { X509_free(p); }
    void operator()(X509_EXTENSION* p) const noexcept { X509_EXTENSION_free(p); }
    void operator()(BIO* p) const noexcept { BIO_free(p); }
};
template <class T>
using crypto_ptr = std::unique_ptr<T, crypto_free>;
}  // namespace detail

// A key and its certificate.
struct certified_key {
    detail::crypto_ptr<EVP_PKEY> key;
    detail::crypto_ptr<X509> certificate;

    std::string key_pem(const std::string& passphrase = {}) const {
        detail::crypto_ptr<BIO> out(BIO_new(BIO_s_mem()));
        PEM_write_bio_PrivateKey(
            out.get(), key.get(), passphrase.empty() ? nullptr : EVP_aes_128_cbc(), nullptr, 0,
            nullptr, passphrase.empty() ? nullptr : const_cast<char*>(passphrase.c_str()));
        return text(out.get());
    }
    std::string certificate_pem() const {
        detail::crypto_ptr<BIO> out(BIO_new(BIO_s_mem()));
        PEM_write_bio_X509(out.get(), certificate.get());
        return text(out.get());
    }

private:
    static std::string text(BIO* from) {
        char* bytes = nullptr;
        auto length = BIO_get_mem_data(from, &bytes);
        return std::string(bytes, static_cast<std::size_t>(length));
    }
};

struct certificate_wishes {
    std::string common_name = "test";
    // In the form of OpenSSL: "DNS:pbx.example,URI:sip:example,IP:127.0.0.1".
    std::string alternative_names = {};
    std::string purposes = {};  // extended key usage: "serverAuth,clientAuth", empty: none
    bool authority = false;
    long valid_from_seconds = -86400;  // from now
    long valid_until_seconds = 86400L * 365;
};

// Signed by `issuer`, or by itself without one.
inline certified_key make_certificate(const certificate_wishes& wishes,
                                      const certified_key* issuer = nullptr) {
    certified_key made;
    made.key.reset(EVP_EC_gen("P-256"));
    made.certificate.reset(X509_new());
    auto* x = made.certificate.get();
    if (!made.key || !x) throw std::runtime_error("OpenSSL makes no key");
    static long serial = 1000;
    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
    X509_gmtime_adj(X509_getm_notBefore(x), wishes.valid_from_seconds);
    X509_gmtime_adj(X509_getm_notAfter(x), wishes.valid_until_seconds);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(wishes.common_name.c_str()),
                               -1, -1, 0);
    auto* signer = issuer ? issuer->certificate.get() : x;
    X509_set_issuer_name(x, X509_get_subject_name(signer));
    X509_set_pubkey(x, made.key.get());
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, signer, x, nullptr, nullptr, 0);
    auto add = [&](int nid, const std::string& value) {
        if (value.empty()) return;
        detail::crypto_ptr<X509_EXTENSION> extension(
            X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
        if (!extension) throw std::runtime_error("no such certificate extension: " + value);
        X509_add_ext(x, extension.get(), -1);
    };
    add(NID_basic_constraints, wishes.authority ? "critical,CA:TRUE" : "CA:FALSE");
    add(NID_subject_alt_name, wishes.alternative_names);
    add(NID_ext_key_usage, wishes.purposes);
    if (X509_sign(x, issuer ? issuer->key.get() : made.key.get(), EVP_sha256()) == 0)
        throw std::runtime_error("OpenSSL does not sign");
    return made;
}

// A folder of its own below the system's one for temporary files.
class temporary_folder {
public:
    temporary_folder() {
        auto pattern = (std::filesystem::temp_directory_path() / "strowger-test-XXXXXX").string();
        if (!::mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
        path_ = pattern;
    }
    ~temporary_folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    temporary_folder(const temporary_folder&) = delete;
    temporary_folder& operator=(const temporary_folder&) = delete;
    std::string path() const { return path_.string(); }
    std::string write(std::string_view name, std::string_view content) const {
        auto file = path_ / name;
        std::ofstream(file, std::ios::binary) << content;
        return file.string();
    }

private:
    std::filesystem::path path_;
};

}  // namespace strowger::testing
