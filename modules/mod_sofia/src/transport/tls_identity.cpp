#include "transport/tls_identity.hpp"

#include "transport/reading_as.hpp"
#include "transport/sockets.hpp"

#include <strowger/text.hpp>

#include <openssl/err.h>
#include <openssl/pem.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

namespace strowger::sofia {
namespace {

constexpr std::size_t most_pem_bytes = 512 * 1024;

error unreadable(const std::string& file, int number) {
    if (number == ENOENT || number == ENOTDIR)
        return fail(errc::not_found, cat(file, " does not exist"));
    if (number != EACCES)
        return fail(errc::io_error, cat("cannot read ", file, ": ", system_text(number)));
    auto own = file.substr(0, file.rfind('/'));
    auto what = cat("user ", reading_user(), " may not read ", file,
                    ": run chown root:", reading_group(), ' ', file, " && chmod 640 ", file);
    auto closed = closed_folder(file);
    if (closed == own)
        what += cat(" && chown root:", reading_group(), ' ', own, " && chmod 750 ", own);
    else if (!closed.empty())  // it has other purposes: only let pass
        what += cat(" && chmod o+x ", closed);
    return fail(errc::not_permitted, std::move(what));
}

// Gives OpenSSL the passphrase; without one it must not ask on the terminal.
int give_passphrase(char* room, int size, int, void* passphrase) noexcept {
    const auto& text = *static_cast<const std::string*>(passphrase);
    if (text.empty() || text.size() > static_cast<std::size_t>(size)) return -1;
    std::memcpy(room, text.data(), text.size());
    return static_cast<int>(text.size());
}

openssl_ptr<BIO> reader(const std::string& text) {
    return openssl_ptr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

result<openssl_ptr<EVP_PKEY>> read_key(const std::string& file, const std::string& text,
                                       const std::string& passphrase) {
    ERR_clear_error();
    auto from = reader(text);
    openssl_ptr<EVP_PKEY> key(PEM_read_bio_PrivateKey(from.get(), nullptr, &give_passphrase,
                                                      const_cast<std::string*>(&passphrase)));
    auto number = ERR_peek_last_error();
    ERR_clear_error();
    if (key) return key;
    if (text.find("PRIVATE KEY-----") == text.npos)
        return fail(errc::bad_syntax,
                    cat(file, " has no private key: it must hold the key and the certificate"));
    if (text.find("ENCRYPTED") != text.npos)
        return fail(errc::bad_syntax,
                    cat("the private key in ", file,
                        passphrase.empty() ? " is encrypted: set tls-passphrase in the profile"
                                           : " does not open with the profile's tls-passphrase"));
    const char* why = ERR_reason_error_string(number);
    return fail(errc::bad_syntax, cat("the private key in ", file, " is damaged (",
                                      why ? why : "unknown reason", "): make or copy it again"));
}

result<std::vector<openssl_ptr<X509>>> read_certificates(const std::string& file,
                                                         const std::string& text) {
    std::vector<openssl_ptr<X509>> all;
    ERR_clear_error();
    auto from = reader(text);
    while (auto* one = PEM_read_bio_X509(from.get(), nullptr, nullptr, nullptr))
        all.emplace_back(one);
    auto number = ERR_peek_last_error();
    ERR_clear_error();
    // "No start line" is how the end of the file looks.
    bool ended =
        ERR_GET_LIB(number) == ERR_LIB_PEM && ERR_GET_REASON(number) == PEM_R_NO_START_LINE;
    if (!ended || (all.empty() && text.find("CERTIFICATE-----") != text.npos)) {
        const char* why = ERR_reason_error_string(number);
        return fail(errc::bad_syntax,
                    cat("certificate ", all.size() + 1, " in ", file, " is damaged (",
                        why ? why : "unknown reason", "): make or copy it again"));
    }
    if (all.empty()) return fail(errc::bad_syntax, cat(file, " has no certificate"));
    return all;
}

// Takes from `others` the issuers of `leaf`, one after another, up to the root.
std::vector<openssl_ptr<X509>> order_chain(X509* leaf, std::vector<openssl_ptr<X509>>& others) {
    std::vector<openssl_ptr<X509>> chain;
    X509* last = leaf;
    for (bool found = true; found;) {
        found = false;
        for (auto& each : others) {
            if (!each || X509_check_issued(each.get(), last) != X509_V_OK) continue;
            if (X509_check_issued(each.get(), each.get()) == X509_V_OK) return chain;  // the root
            last = each.get();
            chain.push_back(std::move(each));
            found = true;
            break;
        }
    }
    return chain;
}

std::string date_text(const ASN1_TIME* when) {
    openssl_ptr<BIO> out(BIO_new(BIO_s_mem()));
    ASN1_TIME_print(out.get(), when);
    char* text = nullptr;
    auto length = BIO_get_mem_data(out.get(), &text);
    return std::string(text, static_cast<std::size_t>(length));
}

result<void> dates_are_good(const std::string& file, X509* leaf) {
    if (X509_cmp_current_time(X509_get0_notAfter(leaf)) < 0)
        return fail(errc::invalid_argument,
                    cat("the certificate in ", file, " expired on ",
                        date_text(X509_get0_notAfter(leaf)), ": make a new one"));
    if (X509_cmp_current_time(X509_get0_notBefore(leaf)) > 0)
        return fail(errc::invalid_argument,
                    cat("the certificate in ", file, " is not valid before ",
                        date_text(X509_get0_notBefore(leaf)), ": is this machine's clock right?"));
    return {};
}

}  // namespace

result<std::string> read_pem_file(const std::string& file) {
    unique_fd fd(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!fd) return unreadable(file, errno);
    struct stat facts {};
    if (::fstat(fd.get(), &facts) != 0 || !S_ISREG(facts.st_mode))
        return fail(errc::invalid_argument, cat(file, " is not a file"));
    std::string text;
    char buffer[8192];
    for (;;) {
        auto got = ::read(fd.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return unreadable(file, errno);
        if (got == 0) return text;
        text.append(buffer, static_cast<std::size_t>(got));
        if (text.size() > most_pem_bytes)
            return fail(errc::limit_reached, cat(file, " is too large to be a PEM file"));
    }
}

result<tls_identity> load_identity(const std::string& directory, const std::string& passphrase,
                                   bool check_dates) {
    tls_identity made;
    made.file = directory + "/agent.pem";
    auto text = read_pem_file(made.file);
    if (!text && text.error().code == errc::not_found) {
        auto other = read_pem_file(directory + "/tls.pem");
        if (other || other.error().code != errc::not_found) {
            made.file = directory + "/tls.pem";
            text = std::move(other);
        } else {
            text = fail(errc::not_found, cat(made.file,
                                             " does not exist: make it with gentls_cert "
                                             "create_server, or set tls-cert-dir"));
        }
    }
    if (!text) return text.error();
    auto key = read_key(made.file, *text, passphrase);
    if (!key) return key.error();
    auto certificates = read_certificates(made.file, *text);
    if (!certificates) return certificates.error();
    for (auto& each : *certificates)
        if (X509_check_private_key(each.get(), key->get()) == 1) {
            made.leaf = std::move(each);
            break;
        }
    ERR_clear_error();
    if (!made.leaf)
        return fail(errc::invalid_argument,
                    cat("the private key and the certificate in ", made.file,
                        " do not belong together: put the pair there"));
    if (check_dates)
        if (auto good = dates_are_good(made.file, made.leaf.get()); !good) return good.error();
    made.key = std::move(*key);
    made.chain = order_chain(made.leaf.get(), *certificates);
    return made;
}

}  // namespace strowger::sofia
