#include "runtime/core.hpp"

#include <strowger/testing/test_core.hpp>
#include <strowger/text.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

namespace strowger::testing {

namespace fs = std::filesystem;

namespace {

constexpr milliseconds longest{20000};

class plain_counter final : public use_counter {};

// A folder that goes with the object.
class temporary_folder {
public:
    temporary_folder() {
        auto pattern = (fs::temp_directory_path() / "strowger-test-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error(cat(pattern, " cannot be made"));
        path = pattern;
    }
    ~temporary_folder() {
        std::error_code ignored;
        fs::remove_all(path, ignored);
    }
    std::string path;
};

void copy_modules(const std::vector<std::string>& files, const std::string& to) {
    for (const auto& each : files)
        fs::copy_file(each, fs::path(to) / fs::path(each).filename(),
                      fs::copy_options::overwrite_existing);
}

std::string words_of(const result<void>& done) {
    if (done) return {};
    auto text = done.error().text;
    return text.empty() ? std::string(to_string(done.error().code)) : text;
}

}  // namespace

struct test_core::parts {
    explicit parts(test_core_options what) : options(std::move(what)) {
        for (const auto* each : {"conf", "modules", "run"})
            fs::create_directories(folder.path + "/" + each);
        copy_modules(options.modules, folder.path + "/modules");
        write_configuration();
        core_options settings;
        settings.at.base = folder.path;
        settings.at.conf = folder.path + "/conf";
        settings.at.mod = folder.path + "/modules";
        settings.at.run = folder.path + "/run";
        settings.other_log = &log;
        settings.other_clock = &time;
        settings.edge_threads = settings.handshake_threads = 1;
        settings.pool_threads = settings.media_threads = 1;
        pbx.emplace(std::move(settings));
        problems found;
        pbx->configure(found).value();
        phones.emplace(pbx->loop());
        phones->of = &pbx->calls();
        auto provide = [&](bool wanted, std::string_view name, auto& object) {
            if (wanted) given.push_back(pbx->names().provide(name, object).value());
        };
        provide(options.media, "media_engine/1", static_cast<media_engine&>(media));
        provide(options.dialplan, "dialplan/XML", static_cast<dialplan&>(plan));
        provide(options.phones, "endpoint/test", static_cast<endpoint&>(*phones));
    }

    void write_configuration() {
        std::string text = "<document type=\"freeswitch/xml\"><section name=\"configuration\">\n";
        for (const auto& [name, xml] : files) text += xml + "\n";
        std::ofstream(folder.path + "/conf/strowger.xml") << text << "</section></document>\n";
    }

    bool until(const std::function<bool()>& met, milliseconds limit) {
        auto deadline = std::chrono::steady_clock::now() + limit;
        while (!met()) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            pbx->loop().restart();
            pbx->loop().run_one_for(std::chrono::milliseconds(5));
        }
        return true;
    }

    // True: nothing is left.
    bool end() {
        if (pbx->calls().hangup_all(hangup_cause::system_shutdown) != 0) {
            // Coroutines that sleep on the test's clock unwind with their calls.
            static_cast<void>(until([&] { return pbx->calls().size() == 0; }, longest));
        }
        given.clear();
        pbx->shutdown();
        pbx->loop().restart();
        return pbx->run();
    }

    test_core_options options;
    temporary_folder folder;
    captured_log log;
    manual_clock time;
    fake_engine media;
    fake_dialplan plan;
    std::map<std::string, std::string, std::less<>> files;
    plain_counter uses;
    std::optional<core> pbx;
    std::optional<fake_endpoint> phones;
    std::vector<token> given;  // last: withdrawn first
};

test_core::test_core(test_core_options options)
    : parts_(std::make_unique<parts>(std::move(options))),
      time(parts_->time),
      log(parts_->log),
      phones(*parts_->phones),
      media(parts_->media),
      plan(parts_->plan) {}

test_core::~test_core() {
    if (parts_->end()) return;
    for (const auto& row : parts_->pbx->modules().list())
        std::fprintf(stderr, "test_core: %s has not ended: %s\n", row.name.c_str(),
                     row.state.c_str());
    std::fprintf(stderr, "test_core: %zu channels are left\n", parts_->pbx->calls().size());
    std::fflush(stderr);
    std::error_code ignored;
    fs::remove_all(parts_->folder.path, ignored);
    std::_Exit(70);
}

std::string test_core::load(std::string_view module) {
    return words_of(wait(parts_->pbx->modules().load(std::string(module))));
}

std::string test_core::unload(std::string_view module) {
    return words_of(
        wait(parts_->pbx->modules().unload(std::string(module), false, milliseconds(100))));
}

std::string test_core::reload(std::string_view module) {
    return words_of(
        wait(parts_->pbx->modules().reload(std::string(module), false, milliseconds(100))));
}

std::string test_core::state(std::string_view module) const {
    for (const auto& row : parts_->pbx->modules().list())
        if (row.name == module) return row.state;
    return "gone";
}

bool test_core::mapped(std::string_view module) const {
    return is_mapped(cat(parts_->pbx->modules().copies(), "/", module, "-"));
}

void test_core::configuration_file(std::string_view name, std::string_view xml) {
    parts_->files[std::string(name)] = xml;
    parts_->write_configuration();
}

std::string test_core::reloadxml() {
    problems found;
    auto read = parts_->pbx->config().reload(found);
    std::string text;
    for (const auto& each : found) text += (text.empty() ? "" : "\n") + to_string(each);
    if (!read && text.empty()) text = words_of(result<void>(read.error()));
    return text;
}

command_reply test_core::run(std::string_view line) {
    line = trim(line);
    auto end = line.find(' ');
    auto name = line.substr(0, end);
    auto found = names().find_command(name);
    if (!found) return command_error(cat("there is no command ", name));
    command_request asked;
    if (end != line.npos) asked.args = trim(line.substr(end));
    if (found->answer) return found->answer(asked);
    return wait(found->run(std::move(asked)));
}

std::vector<std::string> test_core::complete(std::string_view command,
                                             std::string_view args) const {
    auto found = parts_->pbx->names().find_command(command);
    if (!found || !found->complete) return {};
    return found->complete(args);
}

void test_core::extension(std::string number, std::vector<dialplan_action> actions) {
    plan.extensions[std::move(number)] = std::move(actions);
}

std::string test_core::expand(std::string_view text) { return calls().expand(text, nullptr); }

test_core::call test_core::comes_in(std::string number, std::string dialplan, std::string offer) {
    call out;
    out.leg = std::make_shared<leg_state>();
    out.leg->facts.transport = "udp";
    auto made_before = media.made.size();
    incoming_call in;
    in.signalling = owned<leg>(use(&parts_->uses), std::make_unique<fake_leg>(loop(), out.leg));
    in.caller.caller_id_number = "1000";
    in.caller.caller_id_name = "Alice";
    in.caller.destination_number = std::move(number);
    in.caller.dialplan = std::move(dialplan);
    in.caller.chan_name = "test/1000";
    in.sdp = std::move(offer);
    auto made = calls().incoming(std::move(in));
    if (made)
        out.who = *made;
    else
        out.failure = made.error();
    if (media.made.size() > made_before) out.media = media.made.back();
    return out;
}

void test_core::turn() {
    parts_->pbx->loop().restart();
    parts_->pbx->loop().poll();
}

void test_core::pass(steady_time::duration how_long) {
    turn();
    while (how_long.count() > 0) {
        auto step = std::min<steady_time::duration>(how_long, milliseconds(10));
        time.advance(step);
        how_long -= step;
        turn();
    }
}

bool test_core::until(const std::function<bool()>& met, milliseconds limit) {
    return parts_->until(met, limit);
}

boost::asio::io_context& test_core::loop() noexcept { return parts_->pbx->loop(); }
strowger::bus& test_core::bus() noexcept { return parts_->pbx->facts(); }
registry& test_core::names() noexcept { return parts_->pbx->names(); }
strowger::calls& test_core::calls() noexcept { return parts_->pbx->calls(); }
configuration& test_core::config() noexcept { return parts_->pbx->config(); }
module_manager& test_core::modules() noexcept { return parts_->pbx->modules(); }

}  // namespace strowger::testing
