#include "loader/generation.hpp"

#include <boost/dll/shared_library.hpp>

#include <exception>

namespace strowger {

namespace dll = boost::dll;

// Boost.DLL's handle is never destroyed by accident: unmapping is close()'s decision alone.
struct generation::mapping {
    dll::shared_library library;
    const detail::module_functions* table = nullptr;
};

namespace {

// Runs a module's code; what it throws becomes an error. The exception itself dies here.
template <class Call>
result<void> guarded(const std::string& name, std::string_view step, Call call) {
    try {
        return call();
    } catch (const std::exception& thrown) {
        return fail(errc::internal,
                    cat(name, " threw in ", step, ": ", std::string_view(thrown.what())));
    } catch (...) {
        return fail(errc::internal, cat(name, " threw an exception of an unknown type in ", step));
    }
}

}  // namespace

generation::generation(stamp what, std::string where, unsigned count,
                       std::shared_ptr<const std::string> private_file, log_level level,
                       const shared_services& shared, module_manager& modules)
    : about(std::move(what)),
      file(std::move(where)),
      number(count),
      copy(std::move(private_file)),
      made(shared.clock.wall()),
      uses(about.name),
      context_(std::make_unique<module_context>(about.name, level, shared, modules, uses)),
      mapping_(std::make_unique<mapping>()) {}

generation::~generation() {
    // A context that a mapped module may still use is not freed under it.
    if (now == phase::quarantined) static_cast<void>(context_.release());
    if (mapping_ && mapping_->library.is_loaded()) static_cast<void>(mapping_.release());
}

result<void> generation::open() {
    try {
        running_scope shown(uses.leases.module());  // static constructors run in here
        mapping_->library.load(*copy, dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    } catch (const std::exception& thrown) {
        return fail(
            errc::incompatible,
            cat(about.name, " (", file, ") cannot be mapped: ", std::string_view(thrown.what())));
    }
    if (!mapping_->library.has("strowger_module"))
        return fail(errc::incompatible, cat(about.name, " (", file,
                                            ") does not export its table \"strowger_module\": "
                                            "build it with the flags of a module"));
    const auto& table = mapping_->library.get<const detail::module_functions>("strowger_module");
    if (table.size != sizeof(detail::module_functions))
        return fail(errc::incompatible,
                    cat(about.name, " (", file, ") has a table of ", table.size,
                        " bytes; this program's has ", sizeof(detail::module_functions)));
    mapping_->table = &table;
    char why[512] = "";
    {
        running_scope shown(uses.leases.module());
        object_ = table.create(*context_, why, sizeof why);
    }
    if (object_ == nullptr)
        return fail(errc::internal,
                    cat(about.name, " threw in its constructor: ", std::string_view(why)));
    return {};
}

result<void> generation::check(const config_snapshot& config, problems& found) {
    running_scope shown(uses.leases.module());
    return guarded(about.name, "check()", [&]() -> result<void> {
        object_->check(config, found);
        return {};
    });
}

result<void> generation::start() {
    running_scope shown(uses.leases.module());
    started_ = true;
    auto started = guarded(about.name, "start()", [&] { return object_->start(); });
    if (started) return started;
    auto text = started.error().text;
    if (text.empty()) text = to_string(started.error().code);
    return fail(started.error().code, cat(about.name, " did not start: ", text));
}

void generation::stop() noexcept {
    running_scope shown(uses.leases.module());
    if (object_ != nullptr && started_) object_->stop();
    context_->cancel_spawned();
}

void generation::destroy() noexcept {
    running_scope shown(uses.leases.module());
    if (object_ != nullptr) mapping_->table->destroy(std::exchange(object_, nullptr));
    if (auto left = context_->drop_registrations(); !left.empty() && started_)
        context_->log().warning("did not take back ", left,
                                ": tokens are destroyed in stop() or "
                                "with the module");
}

bool generation::close() {
    running_scope shown(uses.leases.module());  // static destructors are its code too
    mapping_->table = nullptr;
    mapping_->library.unload();
    return !is_mapped(*copy);
}

std::string generation::holders(std::size_t channels) const {
    std::string text;
    auto part = [&](std::string more) { text += (text.empty() ? "" : ", ") + more; };
    if (auto count = uses.leases.count(); count != 0) {
        part(cat(count, count == 1 ? " use" : " uses", " of what it registered"));
        if (channels != 0)
            part(cat(channels, channels == 1 ? " channel is up" : " channels are up"));
    }
    auto names = context_->spawned();
    if (!names.empty()) {
        std::string list;
        for (std::size_t i = 0; i < names.size() && i < 5; ++i)
            list += cat(i == 0 ? "" : ", ", "\"", names[i], "\"");
        if (names.size() > 5) list += cat(" and ", names.size() - 5, " more");
        part(cat(names.size(), names.size() == 1 ? " coroutine: " : " coroutines: ", list));
    }
    if (auto blocking = uses.work.count() - static_cast<std::int64_t>(names.size()); blocking > 0)
        part(cat(blocking, " tasks on the pool"));
    if (auto count = uses.handlers.count(); count != 0)
        part(cat(count, count == 1 ? " handler that waits" : " handlers that wait"));
    return text;
}

}  // namespace strowger
