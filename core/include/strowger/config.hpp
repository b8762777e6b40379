// Configuration: one immutable tree per reload, each node with the file and line it came from.
// Read on the control loop; a snapshot may be kept and read on any thread.
#pragma once

#include <strowger/error.hpp>
#include <strowger/token.hpp>

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace strowger {

// A place in a source file (not in the text after includes).
struct source_ref {
    std::shared_ptr<const std::string> file;
    unsigned line = 0;
    std::string text() const;  // "dialplan/default.xml:12"
};

class config_node {
public:
    std::string name;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::string text;  // the element's own character data, trimmed
    std::vector<config_node> children;
    source_ref where;

    // The value of an attribute, or nullptr.
    const std::string* attribute(std::string_view key) const noexcept;
    std::string_view attribute_or(std::string_view key, std::string_view otherwise) const noexcept;
    const config_node* child(std::string_view tag) const noexcept;
    // The first child of that tag whose attribute `key` is `value`.
    const config_node* child(std::string_view tag, std::string_view key,
                             std::string_view value) const noexcept;
    // Calls `visit` with each child of that tag, in order.
    template <class Visit>
    void each(std::string_view tag, Visit&& visit) const {
        for (const auto& node : children)
            if (node.name == tag) visit(node);
    }
};

enum class severity { notice, warning, error };

// Something wrong in a file. `text` says what, and what was expected.
struct problem {
    severity level = severity::error;
    source_ref where;
    std::string text;
};
std::string to_string(const problem& what);  // "error: vars.xml:3: …"
using problems = std::vector<problem>;

class config_snapshot {
public:
    virtual ~config_snapshot();
    virtual const config_node& root() const noexcept = 0;  // <document>
    // <section name="…">, or nullptr. "configuration", "dialplan", "directory".
    virtual const config_node* section(std::string_view name) const noexcept = 0;
    // <configuration name="switch.conf"> of section "configuration", or nullptr.
    virtual const config_node* file(std::string_view name) const noexcept = 0;
    // A $${global} as it stood when this tree was read, or nullptr.
    virtual const std::string* global(std::string_view name) const noexcept = 0;
};
using config_ptr = std::shared_ptr<const config_snapshot>;

class configuration {
public:
    virtual ~configuration();
    virtual config_ptr current() const = 0;
    // Globals: predefined ones, vars.xml, -set, set_global. Empty when there is none.
    virtual std::string global(std::string_view name) const = 0;
    virtual void set_global(std::string_view name, std::string value) = 0;
    virtual std::vector<std::pair<std::string, std::string>> globals() const = 0;
    // Reads all files anew. On success the new tree is current and subscribers are told; with an
    // error nothing has changed. What was found is returned either way in `found`.
    virtual result<void> reload(problems& found) = 0;
    // Told after each successful reload, on the control loop.
    virtual token on_reload(std::function<void(const config_ptr&)> hear) = 0;
};

// The declaration of one <param name= value=>. Text, so that documentation can be made from it.
enum class param_type { text, boolean, integer, duration_ms, duration_s, choice, port, address };
struct param_spec {
    std::string_view name;
    param_type type = param_type::text;
    std::string_view otherwise = {};  // the default, as written in XML
    std::int64_t least = 0;
    std::int64_t most = 0;          // both 0: no range
    std::string_view choices = {};  // "a|b|c" for choice
    std::string_view help = {};
};

// The params of one node, read against their declarations: every unknown name (with the nearest
// known one), wrong type and value out of range becomes a problem with file and line.
class param_set {
public:
    // `known_elsewhere`: names FreeSWITCH knows that are not built here: a notice, not a warning.
    param_set(const config_node& parent, const std::vector<param_spec>& specs, problems& found,
              const std::vector<std::string_view>& known_elsewhere = {},
              std::string_view tag = "param");
    bool given(std::string_view name) const noexcept;
    std::string text(std::string_view name) const;  // the value given, or the default
    bool boolean(std::string_view name) const;
    std::int64_t integer(std::string_view name) const;  // also milliseconds, seconds, port
    source_ref where(std::string_view name) const;      // of the param, or of the parent

private:
    struct value {
        std::string text;
        source_ref where;
    };
    const value* find(std::string_view name) const noexcept;
    const std::vector<param_spec>* specs_;
    std::vector<std::pair<std::string, value>> values_;
    source_ref parent_;
};

}  // namespace strowger
