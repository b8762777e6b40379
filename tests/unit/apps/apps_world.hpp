// A fake PBX with mod_apps' applications in it.
#pragma once

#include "apps.hpp"
#include "call_world.hpp"
#include "test_context.hpp"

#include <gtest/gtest.h>

namespace strowger::testing {

class apps_world : public ::testing::Test {
protected:
    apps_world() {
        in.use_calls = pbx.at.get();
        for (auto& each : apps::all_applications(in)) pbx.keep(pbx.names->add(std::move(each)));
        pbx.app("rest", [](channel& self, std::string) { return self.sleep(seconds(1000)); });
    }
    // A call that runs these actions, and has run as far as it can.
    call_world::call run(std::vector<dialplan_action> actions, std::string offer = "offer") {
        actions.push_back({"rest", ""});
        pbx.extension("1", std::move(actions));
        auto call = pbx.comes_in("1", std::move(offer));
        pbx.turn();
        return call;
    }
    leg_record leg(std::string_view address) { return pbx.phones.to(address).leg; }
    void press(const call_world::call& call, std::string_view digits) {
        for (char each : digits) call.leg->events->digit(each, milliseconds(100));
        pbx.turn();
    }

    test_context in{"mod_apps"};
    call_world pbx;
};

}  // namespace strowger::testing
