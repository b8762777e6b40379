// One bad file for every refusal: each says what is wrong, and leaves no trace.
#include "core_fixture.hpp"

#include <strowger/abi.hpp>
#include <strowger/events.hpp>

#include <gmock/gmock.h>

namespace strowger::testing {

namespace {

using ::testing::HasSubstr;

class refusals : public core_fixture {
protected:
    // Loads `name`, which must fail with this code, and leaves nothing behind.
    std::string refused(const std::string& name, errc code) {
        auto loaded = load(name);
        EXPECT_FALSE(loaded.has_value());
        if (loaded) return "it was loaded";
        EXPECT_EQ(loaded.error().code, code) << loaded.error().text;
        EXPECT_TRUE(run_until([&] { return state_of(name) == "gone"; })) << state_of(name);
        EXPECT_FALSE(mapped(name));
        EXPECT_EQ(copies(), 0U);
        return loaded.error().text;
    }
};

TEST_F(refusals, file_that_is_not_there) {
    EXPECT_THAT(refused("mod_absent", errc::not_found), HasSubstr("mod_absent.so cannot be read"));
}

TEST_F(refusals, names_that_are_no_module_names) {
    for (auto* name : {"", "../mod_good", "mod good", "mod_good.so"})
        EXPECT_THAT(refused(name, errc::invalid_argument), HasSubstr("no module's name"));
}

TEST_F(refusals, text_file) {
    std::ofstream(path("mod_text")) << "I am a text.";
    EXPECT_THAT(refused("mod_text", errc::bad_syntax), HasSubstr("not an ELF file"));
}

TEST_F(refusals, folder) {
    std::filesystem::create_directory(path("mod_folder"));
    EXPECT_THAT(refused("mod_folder", errc::io_error), HasSubstr("not a plain file"));
}

TEST_F(refusals, shared_object_without_stamp_is_never_mapped) {
    give("mod_no_stamp");
    EXPECT_THAT(refused("mod_no_stamp", errc::bad_syntax), HasSubstr("no stamp"));
}

TEST_F(refusals, file_cut_at_fifty_places) {
    auto size = std::filesystem::file_size(std::string(TEST_MODULES) + "/mod_good.so");
    for (std::uintmax_t i = 0; i < 50; ++i) {
        give("mod_good");
        std::filesystem::resize_file(path("mod_good"), size * i / 50);
        refused("mod_good", errc::bad_syntax);
    }
    give("mod_good");
    std::filesystem::resize_file(path("mod_good"), size - 1);
    EXPECT_THAT(refused("mod_good", errc::bad_syntax), HasSubstr("truncated"));
}

TEST_F(refusals, wrong_tag_names_both_sides) {
    give("mod_wrong_sdk");
    auto text = refused("mod_wrong_sdk", errc::incompatible);
    EXPECT_THAT(text, HasSubstr("was built for SDK 0 with"));
    EXPECT_THAT(text, HasSubstr("this is SDK " STROWGER_SDK_NUMBER " with"));
    EXPECT_THAT(text, HasSubstr("\"SDK 0\" there and \"SDK " STROWGER_SDK_NUMBER "\" here"));
}

TEST_F(refusals, another_name_inside) {
    give("mod_impostor");
    EXPECT_THAT(refused("mod_impostor", errc::invalid_argument), HasSubstr("mod_someone_else"));
}

TEST_F(refusals, missing_need) {
    give("mod_needs_absent");
    EXPECT_THAT(refused("mod_needs_absent", errc::unavailable),
                HasSubstr("needs mod_absent, which is not loaded"));
}

TEST_F(refusals, missing_symbol) {
    give("mod_missing_symbol");
    EXPECT_THAT(refused("mod_missing_symbol", errc::incompatible), HasSubstr("is_nowhere"));
}

TEST_F(refusals, missing_table) {
    give("mod_no_table");
    EXPECT_THAT(refused("mod_no_table", errc::incompatible), HasSubstr("strowger_module"));
}

TEST_F(refusals, constructor_that_throws) {
    give("mod_throws_early");
    EXPECT_THAT(refused("mod_throws_early", errc::internal),
                HasSubstr("the constructor is unhappy"));
}

TEST_F(refusals, start_that_throws_leaves_no_trace) {
    give("mod_throws_late");
    auto before = pbx->names().names().size();
    EXPECT_THAT(refused("mod_throws_late", errc::internal), HasSubstr("start is unhappy"));
    EXPECT_EQ(pbx->names().names().size(), before);
    EXPECT_FALSE(pbx->facts().wanted<startup>());
}

TEST_F(refusals, start_that_answers_with_an_error) {
    give("mod_refuses");
    EXPECT_THAT(refused("mod_refuses", errc::io_error), HasSubstr("its port is in use"));
}

}  // namespace

}  // namespace strowger::testing
