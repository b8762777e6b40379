// Expansion: a value is data. Whether a variable holds "${system rm}" or harmless text of the same
// length, the same number of commands runs.
#include "../target.hpp"

#include <strowger/expand.hpp>

#include <optional>
#include <string>

namespace strowger {
namespace {

class source final : public expansion_source {
public:
    explicit source(std::string stranger) : stranger_(std::move(stranger)) {}
    std::optional<std::string> variable(std::string_view name) const override {
        if (name == "x") return stranger_;
        if (name == "name") return "Alice";
        if (name == "list") return "ARRAY::red|:green|:blue";
        if (name == "number") return "1000";
        return std::nullopt;
    }
    std::string command(std::string_view name, std::string args) const override {
        STROWGER_PROMISE(!name.empty());
        ++calls;
        if (name == "echo") return args;
        return stranger_;
    }
    mutable std::size_t calls = 0;

private:
    std::string stranger_;
};

}  // namespace

STROWGER_FUZZ_TARGET(expand) {
    source hostile("${system rm}"), harmless("aaaaaaaaaaaa");
    auto text = expand(bytes, hostile);
    (void)expand(bytes, harmless);
    STROWGER_PROMISE(hostile.calls == harmless.calls);
    // A reference is at least four characters and gives at most the longest value.
    STROWGER_PROMISE(text.size() <= bytes.size() * 24);
    if (bytes.find('$') == bytes.npos) STROWGER_PROMISE(text == bytes);
}

}  // namespace strowger
