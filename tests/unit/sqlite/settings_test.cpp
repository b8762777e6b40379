#include "settings.hpp"

#include <gmock/gmock.h>

namespace strowger::sqlite {
namespace {

class snapshot final : public config_snapshot {
public:
    const config_node& root() const noexcept override { return node; }
    const config_node* section(std::string_view) const noexcept override { return nullptr; }
    const config_node* file(std::string_view name) const noexcept override {
        return name == "sqlite.conf" && !node.name.empty() ? &node : nullptr;
    }
    const std::string* global(std::string_view name) const noexcept override {
        return name == "db_dir" ? &db_dir : nullptr;
    }
    std::string db_dir = "/var/lib/strowger";
    config_node node;
};

snapshot with(std::string name, std::string value) {
    config_node param, settings;
    param.name = "param";
    param.attributes = {{"name", std::move(name)}, {"value", std::move(value)}};
    settings.name = "settings";
    settings.children = {param};
    snapshot out;
    out.node.name = "configuration";
    out.node.children = {settings};
    return out;
}

TEST(Settings, TheFileStandsInTheDatabaseDirectory) {
    problems found;
    EXPECT_EQ(read_settings(snapshot{}, found).file, "/var/lib/strowger/registrations.db");
    EXPECT_TRUE(found.empty());
}

TEST(Settings, OrWhereTheOperatorSays) {
    problems found;
    EXPECT_EQ(read_settings(with("database", "/srv/r.db"), found).file, "/srv/r.db");
    EXPECT_TRUE(found.empty());
    read_settings(with("database", "r.db"), found);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].level, severity::error);
}

TEST(Settings, AnUnknownParamIsAWarning) {
    problems found;
    read_settings(with("databse", "/srv/r.db"), found);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].level, severity::warning);
    EXPECT_THAT(found[0].text, ::testing::HasSubstr("database"));
}

}  // namespace
}  // namespace strowger::sqlite
