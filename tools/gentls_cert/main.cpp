// gentls_cert: makes a certificate authority and certificates, with the verbs and options that
// FreeSWITCH's script of that name has. It never asks when nobody is at a terminal.
#include "certificate.hpp"
#include "files.hpp"
#include "options.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace fs = std::filesystem;

namespace {

struct layout {
    explicit layout(const fs::path& base)
        : directory(base),
          ca(base / "CA"),
          certificate(ca / "cacert.pem"),
          key(ca / "cakey.pem"),
          trusted(base / "cafile.pem") {}
    fs::path directory, ca, certificate, key, trusted;
};

void may_replace(const fs::path& path, const options& given) {
    if (!fs::exists(path) || given.yes || confirmed(path.string() + " exists already. Replace it?"))
        return;
    throw std::runtime_error(path.string() + " exists already. Give -yes to replace it.");
}

void setup(const options& given) {
    layout where(given.directory);
    may_replace(where.certificate, given);
    make_directory(where.directory, 0755);
    make_directory(where.ca, 0700);
    auto key = make_key(given.key);
    certificate_request request{purpose::authority, given.common_name, given.organisation,
                                given.alternatives, given.days};
    auto certificate = make_certificate(request, *key, nullptr, *key);
    write_file(where.key, to_pem(*key), 0600);
    write_file(where.certificate, to_pem(*certificate), 0644);
    write_file(where.trusted, to_pem(*certificate), 0644);
    std::cout << "Made a certificate authority: " << where.trusted.string()
              << " is what phones and other servers must trust.\n";
}

bool looks_like_host(const std::string& name) {
    return name.find('.') != std::string::npos && name.find_first_of(" @:/,") == std::string::npos;
}

void create(const options& given, purpose what) {
    layout where(given.directory);
    if (!fs::exists(where.key))
        throw std::runtime_error("There is no certificate authority in " + where.ca.string() +
                                 ". 'gentls_cert setup' makes one.");
    auto authority = read_certificate(read_file(where.certificate));
    auto authority_key = read_key(read_file(where.key));

    certificate_request request{what, given.common_name, given.organisation, given.alternatives,
                                given.days};
    // Verifiers look at alternative names only (RFC 6125, 6.4.4): the server's own name belongs
    // there.
    auto own = "DNS:" + given.common_name;
    if (what == purpose::server && looks_like_host(given.common_name) &&
        !std::ranges::count(request.alternatives, own))
        request.alternatives.push_back(own);
    auto name = !given.out.empty()        ? given.out
                : what == purpose::server ? "agent"
                                          : given.common_name;
    if (name.find('/') != std::string::npos)
        throw std::runtime_error("'" + name + "' is no name for a file: give one with -out.");
    auto path = where.directory / (name + ".pem");
    may_replace(path, given);
    auto key = make_key(given.key);
    auto certificate = make_certificate(request, *key, authority.get(), *authority_key);
    write_file(path, to_pem(*certificate) + to_pem(*key), 0640);
    std::cout << "Made " << path.string() << ": certificate and key of "
              << (what == purpose::server ? "the server '" : "the client '") << given.common_name
              << "'. The user that Strowger runs as must be able to read it.\n";
}

void remove(const options& given) {
    layout where(given.directory);
    // symlink_status: a link is removed, never followed.
    if (!fs::exists(fs::symlink_status(where.ca)))
        throw std::runtime_error("There is no certificate authority in " + where.ca.string() + ".");
    if (!given.yes && !confirmed("Removes " + where.ca.string() +
                                 " and all in it: no more certificates can be made."))
        throw std::runtime_error("Nothing was removed. Give -yes to remove " + where.ca.string() +
                                 " without asking.");
    if (fs::is_symlink(where.ca))
        fs::remove(where.ca);
    else
        fs::remove_all(where.ca);
    std::cout << "Removed " << where.ca.string() << ".\n";
}

}  // namespace

int main(int count, char** words) {
    options given;
    try {
        given = parse_options({words + 1, words + count});
    } catch (const std::invalid_argument& wrong) {
        std::cerr << "gentls_cert: " << wrong.what() << "\n\n" << usage;
        return 2;
    }
    try {
        switch (given.what) {
            case verb::help:
                std::cout << usage;
                break;
            case verb::setup:
                setup(given);
                break;
            case verb::create_server:
                create(given, purpose::server);
                break;
            case verb::create_client:
                create(given, purpose::client);
                break;
            case verb::remove:
                remove(given);
                break;
        }
    } catch (const std::exception& thrown) {
        std::cerr << "gentls_cert: " << thrown.what() << '\n';
        return 1;
    }
    return 0;
}
