// The command line of gentls_cert.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

enum class verb { setup, create_server, create_client, remove, help };

struct options {
    verb what = verb::help;
    std::string common_name;
    std::string organisation;
    std::vector<std::string> alternatives;  // "DNS:pbx.example.com", "URI:sip:…", "IP:192.0.2.1"
    std::string out;                        // a name without directory; ".pem" is added
    std::filesystem::path directory;
    long days = 2190;
    std::string key = "rsa";
    bool yes = false;
};

// Throws std::invalid_argument with a sentence for the operator.
options parse_options(const std::vector<std::string>& words);
extern const char* const usage;
