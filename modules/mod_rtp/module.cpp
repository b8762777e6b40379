// mod_rtp: the media of calls. Gives "media_engine/1" to endpoints.
#include "sdp/sofia_library.hpp"
#include "session/engine.hpp"

#include <strowger/module.hpp>
#include <strowger/text.hpp>

namespace {

using strowger::config_snapshot;
using strowger::problems;

struct port_range {
    std::int64_t first = 16384, last = 32768;
};

// rtp-start-port and rtp-end-port of switch.conf. The core reads the file's other params.
port_range read_range(const config_snapshot& config, problems& found) {
    port_range range;
    const auto* file = config.file("switch.conf");
    const auto* settings = file ? file->child("settings") : nullptr;
    if (!settings) return range;
    const strowger::config_node* start = nullptr;
    settings->each("param", [&](const strowger::config_node& param) {
        auto name = param.attribute_or("name", "");
        if (name != "rtp-start-port" && name != "rtp-end-port") return;
        auto value = param.attribute_or("value", "");
        std::int64_t number = 0;
        if (!strowger::parse_number(strowger::trim(value), number) || number < 1024 ||
            number > 65535) {
            found.push_back(
                {strowger::severity::error, param.where,
                 strowger::cat(name, ": \"", value, "\" is no port from 1024 to 65535")});
            return;
        }
        (name == "rtp-start-port" ? range.first : range.last) = number;
        start = &param;
    });
    if (range.last < range.first + 1) {
        found.push_back({strowger::severity::error, start ? start->where : settings->where,
                         strowger::cat("rtp-end-port ", range.last,
                                       " leaves no pair of ports above "
                                       "rtp-start-port ",
                                       range.first)});
        return {};
    }
    return range;
}

class rtp_module final : public strowger::module {
public:
    explicit rtp_module(strowger::context& from) : context_(from) {
        strowger::rtp::own_thread_key();
    }

    void check(const config_snapshot& config, problems& found) override {
        (void)read_range(config, found);
    }

    strowger::result<void> start() override {
        engine_ = strowger::rtp::make_engine(context_);
        use_range(context_.config().current());
        reload_ = context_.config().on_reload(
            [this](const strowger::config_ptr& config) { use_range(config); });
        auto provided =
            context_.registry().provide<strowger::media_engine>("media_engine/1", *engine_);
        if (!provided) return provided.error();
        token_ = std::move(*provided);
        return {};
    }

    void stop() noexcept override {
        token_.reset();
        reload_.reset();
        if (engine_) engine_->stop();
    }

private:
    void use_range(const strowger::config_ptr& config) {
        problems ignored;  // shown by check()
        auto range = config ? read_range(*config, ignored) : port_range{};
        engine_->set_ports(static_cast<std::uint16_t>(range.first),
                           static_cast<std::uint16_t>(range.last));
    }

    strowger::context& context_;
    std::unique_ptr<strowger::rtp::engine> engine_;
    strowger::token token_, reload_;
};

}  // namespace

STROWGER_MODULE(rtp_module)
