#include "options.hpp"

#include <charconv>
#include <stdexcept>

const char* const usage =
    "Usage:\n"
    "  gentls_cert setup         -cn pbx.example.com -alt DNS:pbx.example.com -org Example\n"
    "  gentls_cert create_server -cn pbx.example.com -alt DNS:pbx.example.com -org Example [-out "
    "agent]\n"
    "  gentls_cert create_client -cn Client1 [-alt URI:sip:client1@example.com] [-out Client1]\n"
    "  gentls_cert remove [-yes]\n"
    "setup makes a certificate authority (CA/cacert.pem, CA/cakey.pem) and cafile.pem, which "
    "phones need;\n"
    "create_server makes agent.pem, key and certificate of a server; create_client those of a "
    "client.\n"
    "Options:\n"
    "  -cn NAME    common name: the DNS name of the PBX, or any name of a client\n"
    "  -alt NAME   alternative name, DNS:…, URI:… or IP:…; may be given several times\n"
    "  -org NAME   organisation\n"
    "  -out NAME   writes NAME.pem (default: agent for servers, the common name for clients)\n"
    "  -days N     valid for N days (default 2190)\n"
    "  -key KIND   rsa (2048 bits, default) or ec (P-256)\n"
    "  -dir DIR    where all files are (default: ssl in the configuration's "
    "folder beside this program's bin)\n"
    "  -yes        replace or remove without asking\n";

namespace {

verb parse_verb(const std::string& word) {
    if (word == "setup") return verb::setup;
    if (word == "create_server" || word == "create") return verb::create_server;
    if (word == "create_client") return verb::create_client;
    if (word == "remove") return verb::remove;
    if (word == "help" || word == "-h" || word == "-help" || word == "--help") return verb::help;
    throw std::invalid_argument("'" + word +
                                "' is none of setup, create_server, create_client, remove.");
}

std::string checked_alternative(const std::string& given) {
    auto has = [&](const char* prefix) {
        return given.starts_with(prefix) && given.size() > std::string(prefix).size();
    };
    if (has("DNS:") || has("URI:") || has("IP:")) return given;
    if (given.find(':') == std::string::npos) return "DNS:" + given;
    throw std::invalid_argument("-alt " + given +
                                ": expected DNS:name, URI:sip:name or IP:address.");
}

std::string checked_out(std::string given) {
    if (given.ends_with(".pem")) given.resize(given.size() - 4);
    if (given.empty() || given.find('/') != std::string::npos || given[0] == '.')
        throw std::invalid_argument(
            "-out takes the name of a file, without directory (-dir names that).");
    return given;
}

void need_name(const options& made) {
    if (made.what != verb::help && made.what != verb::remove && made.common_name.empty())
        throw std::invalid_argument(
            "-cn is missing: the DNS name of the PBX, or the name of the client.");
}

std::filesystem::path default_directory() {
    std::error_code ignored;
    auto self = std::filesystem::read_symlink("/proc/self/exe", ignored);
    auto prefix = self.parent_path().parent_path();
    auto installed = prefix / "share" / "strowger" / "conf";
    return (std::filesystem::exists(installed, ignored) ? installed : prefix / "conf") / "ssl";
}

}  // namespace

options parse_options(const std::vector<std::string>& words) {
    options made;
    made.directory = default_directory();
    if (words.empty()) throw std::invalid_argument("What shall it do?");
    made.what = parse_verb(words[0]);
    for (std::size_t i = 1; i < words.size(); ++i) {
        const auto& word = words[i];
        if (word == "-yes") {
            made.yes = true;
            continue;
        }
        bool known = false;
        for (const char* each : {"-cn", "-alt", "-org", "-out", "-days", "-key", "-dir"})
            known |= word == each;
        if (!known) throw std::invalid_argument("There is no option '" + word + "'.");
        // The primer's page lost its values: an option is never taken as a name.
        if (i + 1 == words.size() || words[i + 1].empty() || words[i + 1][0] == '-')
            throw std::invalid_argument("The value after " + word + " is missing.");
        const auto& value = words[++i];
        if (word == "-cn") made.common_name = value;
        if (word == "-org") made.organisation = value;
        if (word == "-alt") made.alternatives.push_back(checked_alternative(value));
        if (word == "-out") made.out = checked_out(value);
        if (word == "-dir") made.directory = value;
        if (word == "-key") {
            if (value != "rsa" && value != "ec")
                throw std::invalid_argument("-key " + value + ": expected rsa or ec.");
            made.key = value;
        }
        if (word == "-days") {
            auto [end, problem] =
                std::from_chars(value.data(), value.data() + value.size(), made.days);
            if (problem != std::errc{} || end != value.data() + value.size() || made.days < 1 ||
                made.days > 36500)
                throw std::invalid_argument("-days " + value +
                                            ": expected a number of days, 1 to 36500.");
        }
    }
    if (made.common_name.size() > 64)
        throw std::invalid_argument("-cn: at most 64 characters (X.520).");
    need_name(made);
    return made;
}
