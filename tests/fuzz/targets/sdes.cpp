// One a=crypto line: read, printed, answered; and no key in what is said about a bad one.
#include "../target.hpp"

#include "keying.hpp"
#include "sdes.hpp"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace strowger::srtp {
namespace {

// Texts about a bad line are logged: no run of 16 characters of the line's key may stand in them.
void check_silence(std::string_view line, std::string_view said) {
    auto at = line.find("inline:");
    if (at == line.npos) return;
    auto key = line.substr(at + 7);
    // Up to what base64 has not, so that a suite's name is no key.
    auto end = std::find_if(key.begin(), key.end(), [](char c) {
        bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        return !letter && c != '+' && c != '/';
    });
    key = key.substr(0, static_cast<std::size_t>(end - key.begin()));
    for (; key.size() >= 16; key.remove_prefix(1))
        STROWGER_PROMISE(said.find(key.substr(0, 16)) == said.npos);
}

void check_line(const crypto_line& read) {
    STROWGER_PROMISE(read.cipher && read.key.bytes().size() == read.cipher->secret_size());
    auto again = parse_crypto(print_crypto(read));
    STROWGER_PROMISE(again);
    STROWGER_PROMISE(again->tag == read.tag && again->cipher == read.cipher);
    STROWGER_PROMISE(again->key == read.key);
}

}  // namespace

STROWGER_FUZZ_TARGET(sdes) {
    auto read = parse_crypto(bytes);
    if (read)
        check_line(*read);
    else if (bytes.size() <= 1024)
        check_silence(bytes, read.error().text);

    static auto kernel = *library::start();
    suite_choice choice;
    for (const auto& each : all_suites()) choice.accepted.push_back(&each);
    choice.offered = choice.accepted;
    sdes_keying ours(kernel, choice);
    const std::vector<sdp_attribute> theirs{{"crypto", std::string(bytes)}};
    auto answer = ours.answer(theirs);
    STROWGER_PROMISE(answer.has_value() == read.has_value());
    if (!answer) return;
    STROWGER_PROMISE(answer->size() == 1);
    auto said = parse_crypto(answer->front().value);
    STROWGER_PROMISE(said && said->tag == read->tag && said->cipher == read->cipher);
    STROWGER_PROMISE(!(said->key == read->key));
    auto keys = ours.take({});
    STROWGER_PROMISE(keys && *keys);
    // An answer with the same line is good when that line was offered.
    sdes_keying asking(kernel, choice);
    auto offered = asking.offer();
    STROWGER_PROMISE(offered);
    bool known = std::any_of(offered->begin(), offered->end(), [&](const auto& each) {
        auto line = parse_crypto(each.value);
        return line && line->tag == read->tag && line->cipher == read->cipher;
    });
    STROWGER_PROMISE(asking.accept(theirs, "branch").has_value() == known);
}

}  // namespace strowger::srtp
