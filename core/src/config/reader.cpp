#include "config/reader.hpp"

#include "config/place.hpp"

#include <strowger/text.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <pugixml.hpp>
#include <utility>

namespace strowger {

namespace {

constexpr std::size_t most_places = 3;  // where one and the same thing is missing

constexpr unsigned parse_options =
    pugi::parse_default | pugi::parse_comments | pugi::parse_fragment;

std::string parent_folder(const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
}

// Where a node begins in its file. pugixml keeps the names in place, so this is exact.
std::size_t offset_of(const pugi::xml_node& node) {
    auto at = node.offset_debug();
    return at < 0 ? 0 : static_cast<std::size_t>(at);
}

std::string broken(const pugi::xml_parse_result& outcome) {
    std::string hint;
    if (outcome.status == pugi::status_end_element_mismatch)
        hint = "; expected the end tag of the element that is open here";
    else if (outcome.status == pugi::status_bad_attribute)
        hint = "; expected name=\"value\"";
    else if (outcome.status == pugi::status_bad_start_element)
        hint = "; expected <name …> or <name …/>";
    return cat("broken XML: ", outcome.description(), hint);
}

}  // namespace

config_reader::config_reader(std::string conf_dir, global_map& globals,
                             const std::set<std::string>& fixed, problems& found,
                             read_limits limits)
    : conf_dir_(std::move(conf_dir)),
      globals_(globals),
      fixed_(fixed),
      found_(found),
      limits_(limits) {}

config_node config_reader::read() {
    std::error_code ignored;
    auto main_file = cat(conf_dir_, "/strowger.xml");
    auto other = cat(conf_dir_, "/freeswitch.xml");
    if (!std::filesystem::exists(main_file, ignored) && std::filesystem::exists(other, ignored))
        main_file = other;
    config_node top;
    if (!read_file(main_file, {}, top, 0)) return {};
    sum_up_missing();
    for (auto& node : top.children)
        if (node.name == "document") return std::move(node);
    auto name = std::make_shared<const std::string>(shown(main_file));
    say(severity::error, {std::move(name), 0},
        "there is no <document>; expected <document type=\"freeswitch/xml\"> around everything");
    return {};
}

bool config_reader::read_file(const std::string& path, const source_ref& from, config_node& into,
                              int depth) {
    auto name = shown(path);
    auto complain = [&](const std::string& text) {
        if (from.file) {
            say(severity::error, from, cat(name, ' ', text));
        } else {
            auto file = std::make_shared<const std::string>(name);
            say(severity::error, {std::move(file), 0}, text);
        }
        return false;
    };
    std::error_code ignored;
    auto real = std::filesystem::weakly_canonical(path, ignored).string();
    if (std::find(open_.begin(), open_.end(), real) != open_.end()) {
        std::string chain;
        for (const auto& each : open_) chain += cat(shown(each), " → ");
        return complain(cat("includes itself: ", chain, name));
    }
    if (depth > limits_.include_depth)
        return complain(cat("is included more than ", limits_.include_depth, " files deep"));
    if (++files_ > limits_.files) {
        stopped_ = true;
        return complain(cat("is one file too many: at most ", limits_.files, " are read"));
    }
    auto file = source_file::read(path, name, limits_.bytes - std::min(spent_, limits_.bytes));
    if (!file) return complain(file.error().text);
    spent_ += file->size();

    pugi::xml_document document;
    auto outcome =
        document.load_buffer(file->text().data(), file->size(), parse_options, pugi::encoding_utf8);
    if (!outcome && outcome.status != pugi::status_no_document_element) {
        auto offset = outcome.offset < 0 ? 0 : static_cast<std::size_t>(outcome.offset);
        say(severity::error, file->at(std::min(offset, file->size())), broken(outcome));
        return false;
    }
    open_.push_back(real);
    const place here{*file, parent_folder(path), depth};
    children(document, here, into, 0);
    open_.pop_back();
    return true;
}

void config_reader::children(const pugi::xml_node& from, const place& in, config_node& into,
                             int depth) {
    std::string text;
    std::size_t text_at = 0;
    for (auto node = from.first_child(); node && !stopped_; node = node.next_sibling()) {
        switch (node.type()) {
            case pugi::node_element:
                element(node, in, into, depth);
                break;
            case pugi::node_comment:
                comment(node.value(), offset_of(node), in);
                break;
            case pugi::node_pcdata:
            case pugi::node_cdata:
                if (text.empty()) text_at = offset_of(node);
                text += node.value();
                break;
            default:
                break;
        }
    }
    if (auto own = trim(text); !own.empty() && depth > 0)
        into.text += replaced(std::string(own).c_str(), in.file.at(text_at));
}

void config_reader::element(const pugi::xml_node& from, const place& in, config_node& into,
                            int depth) {
    std::string_view name = from.name();
    auto where = in.file.at(offset_of(from));
    if (nesting_ >= limits_.element_depth) {
        stopped_ = true;
        say(severity::error, where,
            cat("elements stand more than ", limits_.element_depth, " deep in each other"));
        return;
    }
    if (name == "X-PRE-PROCESS") {
        directive(from, in, into);
        return;
    }
    if (name == "X-NO-PRE-PROCESS") return;
    if (iequals(name, "X-PRE-PROCESS")) {
        say(severity::warning, where,
            cat('<', name, "> is not run; expected <X-PRE-PROCESS> in capital letters"));
        return;
    }
    // FreeSWITCH's wrapper of included files: what is in it belongs to the includer.
    if (name == "include") {
        ++nesting_;
        children(from, in, into, depth + 1);
        --nesting_;
        return;
    }
    auto& node = into.children.emplace_back();
    node.name = name;
    node.where = where;
    for (auto each : from.attributes()) {
        if (node.attribute(each.name()))
            say(severity::warning, where,
                cat('<', name, "> has the attribute \"", each.name(),
                    "\" twice; the first one counts"));
        node.attributes.emplace_back(each.name(), replaced(each.value(), where));
    }
    // `node` may move when a sibling is added, but not while its own children are read.
    ++nesting_;
    children(from, in, node, depth + 1);
    --nesting_;
    node.children.shrink_to_fit();
}

void config_reader::comment(std::string_view text, std::size_t offset, const place& in) {
    constexpr std::string_view mark = "X-PRE-PROCESS";
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + mark.size())) {
        auto end = text.find('>', at);
        auto cmd = text.substr(at, end == text.npos ? 60 : end - at);
        // The value of a directive may be a password: only its kind and name are shown.
        auto equals = cmd.find('=', cmd.find("data"));
        auto second = equals == cmd.npos ? equals : cmd.find('=', equals + 1);
        say(severity::warning, in.file.at(offset + at),
            cat('<', trim(cmd.substr(0, std::min<std::size_t>(second, 100))),
                "…> stands in a comment and is not run (FreeSWITCH runs it); remove it, or take it "
                "out of the comment"));
    }
    auto word = trim(text);
    for (std::string_view old : {"#set", "#include", "#exec", "#env-set", "#stun-set"})
        if (word.starts_with(old))
            say(severity::warning, in.file.at(offset),
                cat("the old form <!--", old, " …--> is not run; expected <X-PRE-PROCESS cmd=\"",
                    old.substr(1), "\" data=\"…\"/>"));
}

std::string config_reader::replaced(const char* text, const source_ref& where) {
    std::vector<std::string> missing;
    auto value = replace_globals(text, globals_, missing);
    for (const auto& name : missing)
        if (++missing_[name] <= most_places)
            say(severity::warning, where,
                cat("$${", name,
                    "} is not set and gives nothing; expected <X-PRE-PROCESS cmd=\"set\" "
                    "data=\"",
                    name, "=…\"/> before this line"));
    if (value.size() > limits_.value && value.size() > std::string_view(text).size()) {
        say(severity::error, where,
            cat("a value is longer than ", limits_.value, " bytes after $${} was put in"));
        return {};
    }
    return spend(value.size(), where) ? value : std::string();
}

// A password that nobody set is missing at every user: the one error between must be seen.
void config_reader::sum_up_missing() {
    for (const auto& [name, places] : missing_)
        if (places > most_places)
            say(severity::warning, {},
                cat("$${", name, "} is not set at ", places - most_places, " more places"));
}

bool config_reader::spend(std::size_t bytes, const source_ref& where) {
    spent_ += bytes;
    if (spent_ <= 2 * limits_.bytes || stopped_) return !stopped_;
    stopped_ = true;
    say(severity::error, where,
        "the configuration is too large: $${} makes more than 100 MB of it");
    return false;
}

std::string config_reader::shown(const std::string& path) const {
    std::error_code ignored;
    auto plain = std::filesystem::path(path).lexically_normal();
    // The files that are open are known by their real names.
    for (const auto& base : {std::filesystem::path(conf_dir_).lexically_normal(),
                             std::filesystem::weakly_canonical(conf_dir_, ignored)}) {
        auto text = plain.lexically_relative(base).string();
        if (!text.empty() && !text.starts_with("..")) return text;
    }
    return plain.string();
}

void config_reader::say(severity level, source_ref where, std::string text) {
    constexpr std::size_t most_problems = 1000;
    if (found_.size() > most_problems) return;
    if (found_.size() == most_problems) text = "there are more problems, which are not shown";
    found_.push_back({level, std::move(where), std::move(text)});
}

}  // namespace strowger
