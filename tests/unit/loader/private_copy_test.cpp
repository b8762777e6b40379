#include "loader/private_copy.hpp"

#include <gtest/gtest.h>

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

namespace strowger::testing {

namespace {

namespace fs = std::filesystem;

class private_copies : public ::testing::Test {
protected:
    private_copies() {
        std::string name = fs::temp_directory_path() / "strowger-copy-XXXXXX";
        folder_ = ::mkdtemp(name.data());
    }
    ~private_copies() override { fs::remove_all(folder_); }
    std::string folder_;
};

std::span<const std::byte> bytes_of(std::string_view text) {
    return std::as_bytes(std::span(text.data(), text.size()));
}

TEST_F(private_copies, every_copy_has_a_name_of_its_own_and_goes_with_its_last_holder) {
    copy_folder copies(folder_);
    auto one = copies.write("mod_x", bytes_of("first")).value();
    auto two = copies.write("mod_x", bytes_of("second")).value();
    EXPECT_NE(*one, *two);
    auto back = read_file(*two).value();
    EXPECT_EQ(std::string(reinterpret_cast<const char*>(back.data()), back.size()), "second");
    auto path = *one;
    auto held = one;
    one.reset();
    EXPECT_TRUE(fs::exists(path));
    held.reset();
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(private_copies, folders_of_dead_processes_are_removed_and_others_stay) {
    // Process numbers end far below this one.
    auto dead = folder_ + "/modules-999999999", living = folder_ + "/modules-1";
    for (const auto& each : {dead, living, folder_ + "/modules-x"}) fs::create_directory(each);
    std::ofstream(dead + "/mod_x-1.so") << "old";
    std::string path;
    {
        copy_folder copies(folder_);
        path = copies.path();
        EXPECT_FALSE(fs::exists(dead));
        EXPECT_TRUE(fs::exists(living));
        EXPECT_TRUE(fs::exists(folder_ + "/modules-x"));
        EXPECT_TRUE(fs::exists(path));
    }
    EXPECT_FALSE(fs::exists(path));
}

TEST_F(private_copies, impossible_folder_is_named) {
    std::ofstream(folder_ + "/file") << "x";
    try {
        copy_folder copies(folder_ + "/file");
        FAIL();
    } catch (const std::runtime_error& thrown) {
        EXPECT_NE(std::string(thrown.what()).find(folder_ + "/file/modules-"), std::string::npos);
    }
}

TEST_F(private_copies, process_map_shows_this_program_and_no_nonsense) {
    EXPECT_TRUE(is_mapped("libstrowger.so"));
    EXPECT_FALSE(is_mapped(folder_ + "/never-mapped.so"));
}

}  // namespace

}  // namespace strowger::testing
