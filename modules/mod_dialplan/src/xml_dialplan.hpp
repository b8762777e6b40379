// "dialplan/XML": the hunt, for channels.
#pragma once

#include "hunt.hpp"
#include "inline_runner.hpp"

#include <strowger/context.hpp>

#include <memory>
#include <string_view>

namespace strowger::dialplan_xml {

class xml_dialplan final : public dialplan {
public:
    explicit xml_dialplan(context& from) : inline_(from) {}
    ~xml_dialplan() override;

    // Takes a new tree's dialplan. What is wrong with it was said by check().
    void load(const config_snapshot& tree);
    result<route> find_route(channel& self, std::string_view context) override;

private:
    inline_runner inline_;
    pattern_cache cache_;
    std::shared_ptr<const plan> plan_ = std::make_shared<plan>();
};

}  // namespace strowger::dialplan_xml
