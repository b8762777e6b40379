// Fills the process's table of names, so it stands in a program run of its own (each test is one).
#include "expand/interned.hpp"

#include <strowger/text.hpp>
#include <strowger/variables.hpp>

#include <gtest/gtest.h>

namespace strowger {
namespace {

// Last by name: what runs after it in one process finds the table full.
TEST(zz_name_table, never_grows_beyond_its_limit) {
    variables some;
    some.set("before", "1");
    for (int i = 0; i < 70'000; ++i) intern(cat("header-from-the-network-", i));
    EXPECT_EQ(intern("one more name").data(), nullptr);
    some.set("one more name", "2");
    EXPECT_EQ(some.find("one more name"), nullptr);
    some.set("BEFORE", "3");
    EXPECT_EQ(some.get("before"), "3");
}

}  // namespace
}  // namespace strowger
