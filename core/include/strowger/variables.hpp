// Channel variables: names (ASCII case ignored) to text. A value, used on the control loop.
// Names are interned for the whole process, so a variable costs a pointer and its text. Names may
// come from the network, so the process keeps at most 65,536 different ones, of at most 256 bytes
// each: setting a variable of a name beyond that does nothing.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strowger {

class variables {
public:
    // The value, or nullptr. Valid until the set changes.
    const std::string* find(std::string_view name) const noexcept;
    // The value, or an empty text.
    std::string_view get(std::string_view name) const noexcept;
    void set(std::string_view name, std::string value);
    bool erase(std::string_view name) noexcept;
    // Takes over all of `other`'s, over our own of the same name.
    void merge(const variables& other);
    std::size_t size() const noexcept { return entries_.size(); }

    // In order of first setting: pairs of interned name and value.
    auto begin() const noexcept { return entries_.begin(); }
    auto end() const noexcept { return entries_.end(); }

private:
    std::vector<std::pair<std::string_view, std::string>> entries_;
};

}  // namespace strowger
