#include "xml_dialplan.hpp"

#include <strowger/channel.hpp>

namespace strowger::dialplan_xml {

namespace {

class channel_subject final : public hunt_subject {
public:
    channel_subject(channel& self, inline_runner& runner) : self_(self), runner_(runner) {}

    std::string_view field(std::string_view name) const override {
        if (name == "uuid") return self_.id();
        const auto* value = self_.caller().field(name);
        return value ? std::string_view(*value) : std::string_view();
    }
    std::string expand(std::string_view text) override { return self_.expand(text); }
    void set_variable(std::string_view name, std::string value) override {
        self_.vars().set(name, std::move(value));
    }
    bool run_inline(const std::string& application, const std::string& data) override {
        return runner_.run(self_, application, data);
    }

private:
    channel& self_;
    inline_runner& runner_;
};

}  // namespace

xml_dialplan::~xml_dialplan() {
    plan_.reset();
    cache_ = {};
    release_pattern_memory();
}

void xml_dialplan::load(const config_snapshot& tree) {
    problems said_before;
    plan_ = compile_plan(tree.section("dialplan"), said_before);
    cache_ = {};
    release_pattern_memory();
}

result<route> xml_dialplan::find_route(channel& self, std::string_view context) {
    const auto kept = plan_;  // an inline application may cause a reload
    channel_subject subject(self, inline_);
    return hunt(*kept, cache_, subject).run(context);
}

}  // namespace strowger::dialplan_xml
