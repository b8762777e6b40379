// One bad file for every refusal: each says what is wrong, and leaves no trace.
#include "core_fixture.hpp"

#include "loader/private_copy.hpp"
#include "loader/stamp.hpp"

#include <strowger/abi.hpp>
#include <strowger/events.hpp>

#include <gmock/gmock.h>

#include <iterator>
#include <span>

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
    for (auto* name : {"", "mod good", "mod_good.so", "mod_\n"})
        EXPECT_THAT(refused(name, errc::invalid_argument), HasSubstr("no module's name"));
}

TEST_F(refusals, paths_unless_they_are_allowed) {
    give("mod_good");
    for (auto& name : {path("mod_good"), std::string("../modules/mod_good"),
                       std::string("/etc/passwd"), std::string("/")})
        EXPECT_THAT(refused(name, errc::not_permitted), HasSubstr("allow-absolute-paths"));
}

TEST_F(refusals, paths_that_are_no_modules_file) {
    configure_modules("", "<param name=\"allow-absolute-paths\" value=\"true\"/>");
    for (auto* name : {"../modules/mod_good", "/etc/mod-x.so", "/"})
        EXPECT_THAT(refused(name, errc::invalid_argument), HasSubstr("give an absolute path"));
    EXPECT_THAT(refused(base_ + "/nowhere/mod_x.so", errc::not_found),
                HasSubstr("/nowhere/mod_x.so cannot be read"));
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

// The stamp reader sees every length; the loader, which writes and removes files, fifty of them.
TEST_F(refusals, file_cut_at_every_64th_byte) {
    auto whole = read_file(std::string(TEST_MODULES) + "/mod_good.so").value();
    ASSERT_GT(whole.size(), 64U * 1000);
    for (std::size_t length = 0; length < whole.size(); length += 64) {
        auto cut = std::span(whole).first(length);
        auto read = read_stamp(cut, "mod_good.so");
        ASSERT_FALSE(read.has_value()) << length;
        ASSERT_EQ(read.error().code, errc::bad_syntax) << length;
    }
    auto size = whole.size();
    for (std::size_t i = 0; i < 50; ++i) {
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

TEST_F(refusals, other_headers_of_the_same_sdk) {
    give("mod_good");
    std::fstream file(path("mod_good"), std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    auto at = bytes.find("headers " STROWGER_HEADERS_HASH);
    ASSERT_NE(at, std::string::npos);
    file.seekp(static_cast<std::streamoff>(at) + 8);
    file << "000000000000";
    file.close();
    EXPECT_THAT(refused("mod_good", errc::incompatible),
                HasSubstr("It differs in \"headers 000000000000\" there and \"headers "));
}

TEST_F(refusals, size_that_lies) {
    give("mod_lying_size");
    EXPECT_THAT(refused("mod_lying_size", errc::bad_syntax),
                HasSubstr("its stamp has another size"));
}

TEST_F(refusals, need_of_itself) {
    give("mod_needs_absent");
    std::fstream file(path("mod_needs_absent"), std::ios::in | std::ios::out | std::ios::binary);
    std::string bytes((std::istreambuf_iterator<char>(file)), {});
    // The field of the stamp, 192 bytes: its name is as long as there is room.
    for (auto at = bytes.find("mod_absent"); at != std::string::npos;
         at = bytes.find("mod_absent", at + 1)) {
        file.seekp(static_cast<std::streamoff>(at));
        file << "mod_needs_absent" << '\0';
    }
    file.close();
    EXPECT_THAT(refused("mod_needs_absent", errc::invalid_argument), HasSubstr("needs itself"));
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
