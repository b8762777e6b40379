// One configuration file: its text, its name for messages, and which line a byte is on.
#pragma once

#include <strowger/config.hpp>
#include <strowger/error.hpp>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace strowger {

class source_file {
public:
    // Reads a regular file of at most `most` bytes. `shown` is its name in messages. The error's
    // text says what is wrong with the file, without its name.
    static result<source_file> read(const std::string& path, std::string shown, std::size_t most);

    const std::string& text() const noexcept { return text_; }
    std::size_t size() const noexcept { return text_.size(); }
    source_ref at(std::size_t offset) const;  // the line of a byte
    source_ref whole() const { return {name_, 0}; }

private:
    source_file(std::string text, std::string shown);
    std::string text_;
    std::shared_ptr<const std::string> name_;
    std::vector<std::size_t> line_ends_;
};

}  // namespace strowger
