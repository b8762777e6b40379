// Many operations on all modules, asked for all at once and in no order.
#include "shipped_fixture.hpp"

#include <strowger/registration_store.hpp>

#include <gmock/gmock.h>

#include <random>

namespace strowger::testing {

namespace {

using ::testing::HasSubstr;

const std::vector<std::string> all_modules{"mod_sqlite", "mod_srtp",     "mod_rtp",  "mod_dialplan",
                                           "mod_apps",   "mod_commands", "mod_sofia"};

class at_once : public shipped, public ::testing::WithParamInterface<unsigned> {
protected:
    // Asks for one, and notes what becomes of it.
    void begin(unsigned kind, const std::string& name, bool force) {
        auto& modules = pbx->modules();
        auto work = kind == 0   ? modules.load(name)
                    : kind == 1 ? modules.unload(name, force, milliseconds(100))
                                : modules.reload(name, force, milliseconds(100));
        ++under_way_;
        boost::asio::co_spawn(pbx->loop(), std::move(work),
                              [this](std::exception_ptr thrown, result<void> outcome) {
                                  --under_way_;
                                  EXPECT_FALSE(thrown);
                                  if (outcome) return;
                                  refusals_.push_back(std::move(outcome.error()));
                              });
    }
    int under_way_ = 0;
    std::vector<error> refusals_;
};

// Why one may be refused: another operation on the same module came first.
bool is_explained(const error& why) {
    auto says = [&](std::string_view text) { return why.text.find(text) != std::string::npos; };
    return (why.code == errc::already_exists && says(" is loaded already; \"reload mod_")) ||
           (why.code == errc::not_found && says(" is not loaded")) ||
           (why.code == errc::busy && says(" is in use: ")) ||
           (why.code == errc::busy && says(" is stopping already: ")) ||
           (why.code == errc::busy && says(" and cannot run twice"));
}

TEST_P(at_once, each_has_its_outcome_and_nothing_stays) {
    std::mt19937 dice(GetParam());
    for (int i = 0; i < 100; ++i) {
        auto kind = static_cast<unsigned>(dice() % 3);
        const auto& name = all_modules[dice() % all_modules.size()];
        begin(kind, name, dice() % 10 == 0);
    }
    ASSERT_TRUE(run_until([&] { return under_way_ == 0; }, milliseconds(120000)));
    for (const auto& each : refusals_) EXPECT_TRUE(is_explained(each)) << each.text;
    EXPECT_LT(refusals_.size(), 100U);
    for (const auto& name : all_modules)
        if (state_of(name) == "gone") {
            auto up = load(name);
            EXPECT_TRUE(up.has_value()) << up.error().text;
        }
    EXPECT_TRUE(run_until([&] { return pbx->modules().list().size() == all_modules.size(); }));
    for (const auto& row : pbx->modules().list()) EXPECT_EQ(row.state, "running") << row.name;
    EXPECT_EQ(copies(), all_modules.size());
    for (const auto& name : all_modules) {
        auto down = unload(name, milliseconds(5000));
        EXPECT_TRUE(down.has_value()) << down.error().text;
        EXPECT_FALSE(mapped(name));
    }
    EXPECT_FALSE(log.contains("left mapped"));
}

INSTANTIATE_TEST_SUITE_P(seeds, at_once, ::testing::Values(1U, 2U, 3U));

// An exclusive module is waited for by a reload, for as long as it was told to.
TEST_F(shipped, a_reload_of_mod_sqlite_waits_for_a_commit) {
    ASSERT_TRUE(load("mod_sqlite").has_value());
    auto find = [&] { return pbx->names().find<registration_store>("registration_store/1"); };
    auto held = find();
    const auto* old = held.get();
    std::optional<result<void>> outcome;
    auto begin = [&](milliseconds patience) {
        outcome.reset();
        boost::asio::co_spawn(pbx->loop(), pbx->modules().reload("mod_sqlite", false, patience),
                              [&](std::exception_ptr, result<void> done) { outcome = done; });
    };
    begin(milliseconds(20));
    ASSERT_TRUE(run_until([&] { return outcome.has_value(); }));
    ASSERT_FALSE(outcome->has_value());
    EXPECT_THAT(outcome->error().text,
                HasSubstr("mod_sqlite is in use: 1 use of what it registered"));
    EXPECT_EQ(find().get(), old);

    begin(milliseconds(10000));
    ASSERT_TRUE(run_until([&] { return !find(); }));
    EXPECT_FALSE(outcome.has_value());
    held = {};
    ASSERT_TRUE(run_until([&] { return outcome.has_value(); }));
    ASSERT_TRUE(outcome->has_value()) << outcome->error().text;
    EXPECT_TRUE(find());
    EXPECT_EQ(pbx->modules().list().front().generation, 2U);
}

}  // namespace

}  // namespace strowger::testing
