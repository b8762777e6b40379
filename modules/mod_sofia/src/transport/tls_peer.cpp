#include "transport/tls_peer.hpp"

#include "transport/sockets.hpp"

#include <strowger/mask.hpp>
#include <strowger/text.hpp>

#include <openssl/err.h>
#include <openssl/x509v3.h>

namespace strowger::sofia {
namespace {

std::string_view text_of(const ASN1_STRING* text) noexcept {
    return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
            static_cast<std::size_t>(ASN1_STRING_length(text))};
}

openssl_ptr<GENERAL_NAMES> alternative_names(X509* certificate) {
    return openssl_ptr<GENERAL_NAMES>(static_cast<GENERAL_NAMES*>(
        X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
}

template <class Visit>
void each_name(X509* certificate, Visit visit) {
    auto names = alternative_names(certificate);
    for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i)
        visit(sk_GENERAL_NAME_value(names.get(), i));
}

// RFC 5922, 7.1: the host of a "sip:" URI that has no user part; otherwise empty.
std::string_view domain_of(std::string_view uri) noexcept {
    if (uri.size() < 4 || !iequals(uri.substr(0, 4), "sip:")) return {};
    uri.remove_prefix(4);
    if (uri.find('@') != uri.npos) return {};
    if (uri.starts_with('[')) return uri.substr(1, std::min(uri.find(']'), uri.size()) - 1);
    return uri.substr(0, uri.find_first_of(":;?"));
}

// Names of a certificate are for people to read.
std::string name_text(std::string_view text) { return printable(text.substr(0, 256)); }

std::string ip_text(const ASN1_OCTET_STRING* octets) {
    auto bytes = text_of(octets);
    if (bytes.size() == 4) {
        boost::asio::ip::address_v4::bytes_type raw;
        std::copy(bytes.begin(), bytes.end(), raw.begin());
        return boost::asio::ip::address_v4(raw).to_string();
    }
    if (bytes.size() == 16) {
        boost::asio::ip::address_v6::bytes_type raw;
        std::copy(bytes.begin(), bytes.end(), raw.begin());
        return boost::asio::ip::address_v6(raw).to_string();
    }
    return {};
}

std::string common_name(X509* certificate) {
    char room[256] = {};
    auto length = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName,
                                            room, sizeof room);
    return length > 0 ? name_text(std::string_view(room, static_cast<std::size_t>(length)))
                      : std::string();
}

std::string joined(const std::vector<std::string>& names) {
    std::string out;
    for (const auto& each : names) out += cat(out.empty() ? "" : ", ", each);
    return out.empty() ? "no subject alternative name" : out;
}

// OpenSSL's verdict on a chain, with what an operator can do.
std::string verdict(long code) {
    switch (code) {
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return "its certificate has expired";
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return "its certificate is not valid yet (is this machine's clock right?)";
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
        case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // another CA of the same name
            return "its certificate is of a CA that is not in the profile's cafile.pem, or it does "
                   "not send its intermediate certificates";
        case X509_V_ERR_INVALID_PURPOSE:
            return "its certificate is not made for this direction (extended key usage)";
        case X509_V_ERR_CERT_CHAIN_TOO_LONG:
            return "its certificate chain is longer than tls-verify-depth";
        default:
            return cat("its certificate is not good: ", X509_verify_cert_error_string(code));
    }
}

// The library's reasons that have better words.
std::string_view reason_words(int reason, tls_role role) noexcept {
    switch (reason) {
        case SSL_R_NO_SHARED_CIPHER:
            return "no cipher is common to both (see tls-ciphers)";
        case SSL_R_UNSUPPORTED_PROTOCOL:
        case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return "no TLS version is common to both (see tls-version)";
        case SSL_R_HTTP_REQUEST:
            return "it speaks HTTP, not TLS";
        case SSL_R_WRONG_VERSION_NUMBER:
        case SSL_R_PACKET_LENGTH_TOO_LONG:
            return role == tls_role::client ? "it does not speak TLS on this port"
                                            : "what it sends is not TLS";
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return "it sent no certificate, and tls-verify-policy requires one";
        case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
            return "it does not trust the CA of our certificate: give it our cafile.pem";
        case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
        case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
            return "it refused our certificate (does it know our CA, and the name in it?)";
        case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
            return "it says our certificate has expired";
        case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
            return "it refused the handshake (no common cipher, or it wants a client certificate)";
        case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
            return "it requires a client certificate: put one into agent.pem";
        default:
            return {};
    }
}

}  // namespace

bool certificate_is_for(X509* certificate, const std::string& name) {
    if (name.empty()) return false;
    boost::system::error_code not_ip;
    boost::asio::ip::make_address(name, not_ip);
    bool found = false;
    each_name(certificate, [&](const GENERAL_NAME* each) {
        if (each->type == GEN_URI)
            found = found || iequals(domain_of(text_of(each->d.uniformResourceIdentifier)), name);
    });
    if (found) return true;
    if (!not_ip) return X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
    // RFC 5922, 7.2: wildcards match nothing. Without the last flag the common name would count.
    constexpr unsigned flags = X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
                               X509_CHECK_FLAG_NEVER_CHECK_SUBJECT;
    return X509_check_host(certificate, name.data(), name.size(), flags, nullptr) == 1;
}

std::vector<std::string> certificate_names(X509* certificate) {
    std::vector<std::string> names;
    each_name(certificate, [&](const GENERAL_NAME* each) {
        if (names.size() >= 50) return;
        if (each->type == GEN_URI)
            names.push_back(name_text(text_of(each->d.uniformResourceIdentifier)));
        else if (each->type == GEN_DNS)
            names.push_back(name_text(text_of(each->d.dNSName)));
        else if (each->type == GEN_IPADD)
            names.push_back(ip_text(each->d.iPAddress));
    });
    return names;
}

tls_peer describe_peer(SSL* ssl, tls_role role, bool asked, const std::string& name) {
    tls_peer peer;
    peer.version = SSL_get_version(ssl);
    peer.cipher = SSL_get_cipher_name(ssl);
    openssl_ptr<X509> certificate(SSL_get1_peer_certificate(ssl));
    if (certificate) peer.names = certificate_names(certificate.get());
    if (!asked) {
        peer.problem = role == tls_role::client ? "verification is off (tls-verify-policy=none)"
                                                : "it was not asked for a certificate";
    } else if (!certificate) {
        peer.problem = "it sent no certificate";
    } else if (auto code = SSL_get_verify_result(ssl); code != X509_V_OK) {
        peer.problem = verdict(code);
    } else if (role == tls_role::client && !certificate_is_for(certificate.get(), name)) {
        peer.problem = cat("its certificate is not for ", name, ", it is for ", joined(peer.names));
    } else {
        peer.verified = true;
        peer.name = role == tls_role::client ? name
                    : peer.names.empty()     ? common_name(certificate.get())
                                             : peer.names.front();
    }
    return peer;
}

std::string describe_tls_failure(SSL* ssl, tls_role role, int ssl_error, int number) {
    auto code = ERR_peek_last_error();
    ERR_clear_error();
    if (ssl_error == SSL_ERROR_SYSCALL && code == 0) {
        if (number == 0) return "it closed the connection during the handshake";
        return system_text(number);
    }
    if (ssl_error == SSL_ERROR_ZERO_RETURN) return "it closed the connection during the handshake";
    auto reason = ERR_GET_REASON(code);
    if (reason == SSL_R_CERTIFICATE_VERIFY_FAILED) return verdict(SSL_get_verify_result(ssl));
    if (reason == SSL_R_UNEXPECTED_EOF_WHILE_READING)
        return "it closed the connection during the handshake";
    auto words = reason_words(reason, role);
    if (!words.empty()) return std::string(words);
    const char* plain = ERR_reason_error_string(code);
    return plain ? plain : "the handshake failed";
}

}  // namespace strowger::sofia
