// mod_dialplan: the XML dialplan, as FreeSWITCH's users know it.
#include "xml_dialplan.hpp"

#include <strowger/module.hpp>

namespace {

using namespace strowger;

class mod_dialplan final : public module {
public:
    explicit mod_dialplan(context& from) : context_(from), dialplan_(from) {}
    ~mod_dialplan() override {
        reloads_.reset();
        name_.reset();
    }

    void check(const config_snapshot& tree, problems& found) override {
        dialplan_xml::compile_plan(tree.section("dialplan"), found);
    }

    result<void> start() override {
        dialplan_.load(*context_.config().current());
        reloads_ =
            context_.config().on_reload([this](const config_ptr& tree) { dialplan_.load(*tree); });
        auto name = context_.registry().provide<dialplan>("dialplan/XML", dialplan_);
        if (!name) return name.error();
        name_ = std::move(*name);
        return {};
    }

    void stop() noexcept override {
        name_.reset();
        reloads_.reset();
    }

private:
    context& context_;
    dialplan_xml::xml_dialplan dialplan_;
    token name_, reloads_;
};

}  // namespace

STROWGER_MODULE(mod_dialplan)
