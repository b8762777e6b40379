#include "completion.hpp"

#include <algorithm>
#include <sstream>

std::vector<std::string> completions(std::string_view line, std::size_t replaced,
                                     const std::string& answer) {
    auto begun = line.substr(line.find_last_of(" \t") + 1);  // npos + 1: at the start
    auto kept = begun.size() - std::min(begun.size(), replaced);
    std::vector<std::string> offered;
    std::istringstream words(answer);
    for (std::string word; std::getline(words, word);)
        if (word.starts_with(begun)) offered.push_back(word.substr(kept));
    return offered;
}
