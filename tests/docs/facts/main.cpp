// Prints a sample of every fact; tools/generate-docs reads it. The last lines name the secrets that
// the samples were given.
#include "samples.hpp"

#include <strowger/text.hpp>

#include <iostream>
#include <string>
#include <utility>
#include <vector>

namespace strowger::docs {

namespace {

// One line, whatever is in it.
std::string on_a_line(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '\r') continue;
        if (c == '\n')
            out += " ";
        else
            out += c;
    }
    return out;
}

class collected final : public field_sink {
public:
    void field(std::string_view name, std::string_view value) override {
        all.emplace_back(name, value);
    }
    std::vector<std::pair<std::string, std::string>> all;
};

}  // namespace

writer::writer(bus& from, std::string_view only) : only_(only) {
    all_ = from.subscribe_named("", [this](const fact_view& what) { heard(what); });
}

void writer::heard(const fact_view& what) {
    collected found;
    what.fields(found);
    for (const auto& [name, value] : found.all)
        if (name == "Unique-ID" && value != only_) return;
    std::cout << "fact " << what.name() << '\n';
    for (const auto& [name, value] : found.all) field(name, value);
}

void writer::field(std::string_view name, std::string_view value) {
    std::cout << "field " << name << '\t' << on_a_line(value) << '\n';
}

}  // namespace strowger::docs

int main() {
    strowger::docs::a_call();
    strowger::docs::others();
    std::cout << "secret " << strowger::docs::typed_digits << '\n';
    std::cout << "secret " << strowger::docs::media_key << '\n';
    return 0;
}
