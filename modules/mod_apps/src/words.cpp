#include "words.hpp"

#include <strowger/text.hpp>

namespace strowger::apps {

std::vector<std::string_view> words(std::string_view text, std::size_t most) {
    std::vector<std::string_view> out;
    text = trim(text);
    while (!text.empty()) {
        auto end = out.size() + 1 == most ? text.npos : text.find_first_of(" \t");
        out.push_back(text.substr(0, end));
        text = end == text.npos ? std::string_view{} : trim(text.substr(end));
    }
    return out;
}

std::pair<std::string_view, std::string_view> assignment(std::string_view text) {
    auto at = text.find('=');
    if (at == text.npos) at = text.find(',');
    if (at == text.npos) return {trim(text), {}};
    return {trim(text.substr(0, at)), text.substr(at + 1)};
}

std::vector<std::string_view> assignments(std::string_view text) {
    char separator = ' ';
    if (text.size() >= 3 && text.starts_with("^^")) {
        separator = text[2];
        text.remove_prefix(3);
    }
    std::vector<std::string_view> out;
    while (!text.empty()) {
        auto end = text.find(separator);
        auto one = text.substr(0, end);
        if (!trim(one).empty()) out.push_back(one);
        text.remove_prefix(end == text.npos ? text.size() : end + 1);
    }
    return out;
}

}  // namespace strowger::apps
