// A profile's TLS contexts: an immutable snapshot, replaced whole when certificates are read anew.
// Connections keep the one they began with.
#pragma once

#include "transport/tls_identity.hpp"
#include "transport/transport.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace strowger::sofia {

struct tls_versions {
    int least = TLS1_2_VERSION, most = TLS1_3_VERSION;
    std::vector<std::string> warnings;
};
// tls-version: tlsv1.2, tlsv1.3 and sslv23 (any safe one), separated by commas. Older ones are
// raised to 1.2 with a warning.
tls_versions parse_tls_versions(std::string_view words);

struct tls_contexts {
    std::shared_ptr<SSL_CTX> server;  // null: see server_problem
    std::shared_ptr<SSL_CTX> client;  // null: see client_problem
    std::string server_problem, client_problem;
    bool verify_in = false, verify_out = true;
    std::vector<std::string> warnings;
};

// Reads the files and makes both contexts. Blocks on files: start and reload only.
tls_contexts load_tls(const tls_settings& settings);

}  // namespace strowger::sofia
