#include "protection.hpp"

#include "keying.hpp"
#include "suite.hpp"

#include <strowger/text.hpp>

#include <algorithm>

namespace strowger::srtp {
namespace {

class sdes_protection final : public media_protection {
public:
    explicit sdes_protection(std::shared_ptr<library> kernel) noexcept
        : kernel_(std::move(kernel)) {}

    result<std::unique_ptr<stream_keying>> create(std::span<const std::string> suites) override {
        suite_choice choice;
        if (suites.empty())
            for (const auto& each : all_suites()) {
                choice.accepted.push_back(&each);
                if (each.offered) choice.offered.push_back(&each);
            }
        for (const auto& word : suites) {
            const auto* found = find_suite(trim(word));
            if (!found)
                return fail(errc::invalid_argument,
                            cat("\"", word, "\" is no crypto suite; there are: ", suite_names()));
            if (std::find(choice.offered.begin(), choice.offered.end(), found) ==
                choice.offered.end()) {
                choice.offered.push_back(found);
                choice.accepted.push_back(found);
            }
        }
        std::unique_ptr<stream_keying> made =
            std::make_unique<sdes_keying>(kernel_, std::move(choice));
        return made;
    }

    std::vector<std::string> suites() const override {
        std::vector<std::string> names;
        for (const auto& each : all_suites()) names.emplace_back(each.name);
        return names;
    }

private:
    std::shared_ptr<library> kernel_;
};

}  // namespace

result<std::unique_ptr<media_protection>> make_protection() {
    auto kernel = library::start();
    if (!kernel) return kernel.error();
    return make_protection(std::move(*kernel));
}

std::unique_ptr<media_protection> make_protection(std::shared_ptr<library> kernel) {
    return std::make_unique<sdes_protection>(std::move(kernel));
}

}  // namespace strowger::srtp
