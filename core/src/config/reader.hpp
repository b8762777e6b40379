// Reads a whole configuration: strowger.xml and all that it includes, into one tree.
//
// Every file is parsed by itself and then spliced into the tree, so an error names the file and
// line it is in. Directives run in the order of the text, as the tree is built; attributes and text
// get their $${globals} then. What stands inside an XML comment is not run.
#pragma once

#include "config/globals.hpp"
#include "config/source_file.hpp"

#include <strowger/config.hpp>

#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace pugi {
class xml_node;
}

namespace strowger {

struct read_limits {
    std::size_t bytes = 100'000'000;  // all files, and what $${} makes of them
    std::size_t files = 200'000;
    std::size_t value = 65'536;  // one attribute or text after $${}
    int include_depth = 100;
    int element_depth = 250;
};

class config_reader {
public:
    // `globals` is what the predefined ones, run-time ones and -set give; set directives add to it,
    // except for the names in `fixed`.
    config_reader(std::string conf_dir, global_map& globals, const std::set<std::string>& fixed,
                  problems& found, read_limits limits = {});

    // The <document>. Empty (no name) when there is none; then an error is in the problems.
    config_node read();

private:
    struct place;  // the file being read and its folder
    bool read_file(const std::string& path, const source_ref& from, config_node& into, int depth);
    void children(const pugi::xml_node& from, const place& in, config_node& into, int depth);
    void element(const pugi::xml_node& from, const place& in, config_node& into, int depth);
    void comment(std::string_view text, std::size_t offset, const place& in);
    void sum_up_missing();
    std::string replaced(const char* text, const source_ref& where);

    void directive(const pugi::xml_node& node, const place& in, config_node& into);
    void set(const std::string& data, const source_ref& where);
    void set_from_environment(const std::string& data, const source_ref& where);
    void set_later(const std::string& data, const source_ref& where);
    void include(const std::string& data, const place& in, const source_ref& where,
                 config_node& into);
    void assign(std::string name, std::string value, const source_ref& where);

    std::string shown(const std::string& path) const;
    void say(severity level, source_ref where, std::string text);
    bool spend(std::size_t bytes, const source_ref& where);

    std::string conf_dir_;
    global_map& globals_;
    const std::set<std::string>& fixed_;
    problems& found_;
    read_limits limits_;
    std::vector<std::string> open_;  // the real paths of the files being read, outermost first
    std::size_t spent_ = 0;
    std::size_t files_ = 0;
    int nesting_ = 0;                             // elements that are open, in all files
    std::map<std::string, std::size_t> missing_;  // globals that are not set: how often
    bool stopped_ = false;                        // a limit was reached: nothing more is read
};

}  // namespace strowger
