#include "conf_dir.hpp"

#include <gmock/gmock.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace strowger {
namespace {

using testing::conf_dir;
using ::testing::HasSubstr;
using testing::loaded;

const std::string plain = R"(<section name="configuration">
<configuration name="a.conf"><settings><param name="x" value="$${x}"/></settings></configuration>
</section>)";

TEST(configuration, is_empty_before_the_first_reload) {
    conf_dir folder;
    loaded it(folder);
    ASSERT_NE(it.config->current(), nullptr);
    EXPECT_EQ(it.config->current()->section("configuration"), nullptr);
    EXPECT_EQ(it.config->global("domain"), "example.com");
}

TEST(configuration, says_that_there_is_no_file) {
    conf_dir folder;
    loaded it(folder);
    EXPECT_EQ(it.reload(), "error: strowger.xml: cannot be read: No such file or directory\n");
    EXPECT_FALSE(it.ok);
}

TEST(configuration, reads_freeswitch_xml_where_there_is_no_strowger_xml) {
    conf_dir folder;
    folder.write("freeswitch.xml", "<document><section name=\"dialplan\"/></document>");
    loaded it(folder);
    EXPECT_EQ(it.reload(), "");
    EXPECT_NE(it.config->current()->section("dialplan"), nullptr);
    folder.write_document("<section name=\"directory\"/>");
    EXPECT_EQ(it.reload(), "");
    EXPECT_EQ(it.config->current()->section("dialplan"), nullptr);
    EXPECT_NE(it.config->current()->section("directory"), nullptr);
}

TEST(configuration, gives_files_and_places) {
    conf_dir folder;
    folder.write_document("<X-PRE-PROCESS cmd=\"set\" data=\"x=1\"/>\n" + plain);
    loaded it(folder);
    EXPECT_EQ(it.reload(), "");
    auto tree = it.config->current();
    const auto* file = tree->file("a.conf");
    ASSERT_NE(file, nullptr);
    EXPECT_EQ(file->where.text(), "strowger.xml:4");
    EXPECT_EQ(file->child("settings")->child("param", "name", "x")->attribute_or("value", ""), "1");
    EXPECT_EQ(tree->file("b.conf"), nullptr);
    ASSERT_NE(tree->global("x"), nullptr);
    EXPECT_EQ(*tree->global("x"), "1");
    EXPECT_EQ(tree->global("y"), nullptr);
}

TEST(configuration, changes_nothing_when_a_file_is_broken) {
    conf_dir folder;
    folder.write_document("<X-PRE-PROCESS cmd=\"set\" data=\"x=1\"/>" + plain);
    loaded it(folder);
    int told = 0;
    auto listening = it.config->on_reload([&](const config_ptr&) { ++told; });
    EXPECT_EQ(it.reload(), "");
    EXPECT_EQ(told, 1);
    auto before = it.config->current();
    folder.write_document("<X-PRE-PROCESS cmd=\"set\" data=\"x=2\"/><section>");
    problems found;
    auto outcome = it.config->reload(found);
    ASSERT_FALSE(outcome);
    EXPECT_THAT(outcome.error().text, HasSubstr("nothing has changed: strowger.xml:3: broken XML"));
    EXPECT_EQ(it.config->current(), before);
    EXPECT_EQ(it.config->global("x"), "1");
    EXPECT_EQ(told, 1);
}

TEST(configuration, asks_the_check_before_it_takes_a_tree) {
    conf_dir folder;
    folder.write_document(plain);
    auto options = folder.options();
    bool refuse = true;
    options.check = [&](const config_snapshot& tree, problems& found) {
        EXPECT_NE(tree.file("a.conf"), nullptr);
        if (refuse) found.push_back({severity::error, tree.file("a.conf")->where, "no"});
    };
    loaded it(options);
    EXPECT_THAT(it.reload(), HasSubstr("error: strowger.xml:3: no\n"));
    EXPECT_FALSE(it.ok);
    EXPECT_EQ(it.config->current()->file("a.conf"), nullptr);
    refuse = false;
    it.reload();
    EXPECT_TRUE(it.ok);
}

TEST(configuration, lets_the_command_line_win) {
    conf_dir folder;
    folder.write_document("<X-PRE-PROCESS cmd=\"set\" data=\"x=file\"/>" + plain);
    auto options = folder.options();
    options.overrides = {{"x", "line"}};
    loaded it(options);
    EXPECT_EQ(it.config->global("x"), "line");
    EXPECT_EQ(it.reload(), "");
    EXPECT_EQ(it.config->global("x"), "line");
    EXPECT_EQ(*it.config->current()->global("x"), "line");
}

TEST(configuration, keeps_globals_of_run_time_over_a_reload) {
    conf_dir folder;
    folder.write_document("<X-PRE-PROCESS cmd=\"set\" data=\"x=file\"/>");
    loaded it(folder);
    it.reload();
    it.config->set_global("x", "now");
    it.config->set_global("y", "now");
    EXPECT_EQ(it.config->global("x"), "now");
    EXPECT_EQ(*it.config->current()->global("x"), "file");
    it.reload();
    EXPECT_EQ(it.config->global("x"), "file");
    EXPECT_EQ(it.config->global("y"), "now");
    EXPECT_EQ(it.config->global("z"), "");
}

TEST(configuration, tells_listeners_in_order_until_their_token_goes) {
    conf_dir folder;
    folder.write_document("");
    loaded it(folder);
    std::string heard;
    token second;
    auto first = it.config->on_reload([&](const config_ptr&) {
        heard += "1";
        second.reset();
    });
    second = it.config->on_reload([&](const config_ptr&) { heard += "2"; });
    auto third = it.config->on_reload([&](const config_ptr& tree) {
        heard += "3";
        EXPECT_EQ(tree, it.config->current());
    });
    it.reload();
    EXPECT_EQ(heard, "13");
    third.reset();
    it.reload();
    EXPECT_EQ(heard, "131");
}

TEST(configuration, goes_on_when_a_listener_throws) {
    conf_dir folder;
    folder.write_document("");
    loaded it(folder);
    bool heard = false;
    auto bad = it.config->on_reload([](const config_ptr&) { throw std::runtime_error("broken"); });
    auto good = it.config->on_reload([&](const config_ptr&) { heard = true; });
    it.reload();
    EXPECT_TRUE(it.ok);
    EXPECT_TRUE(heard);
    EXPECT_TRUE(it.captured.contains("broken"));
}

TEST(configuration, sets_from_the_environment) {
    ::setenv("STROWGER_TEST_VALUE", "from outside", 1);
    conf_dir folder;
    folder.write_document("<X-PRE-PROCESS cmd=\"env-set\" data=\"x=$STROWGER_TEST_VALUE\"/>");
    loaded it(folder);
    EXPECT_EQ(it.reload(), "");
    EXPECT_EQ(it.config->global("x"), "from outside");
}

TEST(configuration, refuses_a_file_of_more_than_100_megabytes) {
    conf_dir folder;
    folder.write_document("<X-PRE-PROCESS cmd=\"include\" data=\"big.xml\"/>");
    folder.write("big.xml", "");
    ASSERT_EQ(::truncate((folder.path() + "/big.xml").c_str(), 101'000'000), 0);
    loaded it(folder);
    EXPECT_EQ(it.reload(),
              "error: strowger.xml:2: big.xml is too large: all configuration files "
              "together may have 100 MB\n");
}

TEST(configuration, does_not_hang_on_a_named_pipe) {
    conf_dir folder;
    folder.write_document("<X-PRE-PROCESS cmd=\"include\" data=\"pipe.xml\"/>");
    ASSERT_EQ(::mkfifo((folder.path() + "/pipe.xml").c_str(), 0600), 0);
    loaded it(folder);
    EXPECT_EQ(it.reload(),
              "error: strowger.xml:2: pipe.xml cannot be read: it is not a regular file\n");
}

TEST(configuration, refuses_values_that_double_without_end) {
    conf_dir folder;
    std::string text = "<X-PRE-PROCESS cmd=\"set\" data=\"a=0123456789\"/>\n";
    for (int i = 0; i < 40; ++i) text += "<X-PRE-PROCESS cmd=\"set\" data=\"a=$${a}$${a}\"/>\n";
    folder.write_document(text);
    loaded it(folder);
    EXPECT_THAT(it.reload(), HasSubstr("a value is longer than 65536 bytes"));
    EXPECT_FALSE(it.ok);
}

TEST(configuration, refuses_elements_too_deep_in_each_other) {
    conf_dir folder;
    std::string deep;
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    for (int i = 0; i < 100'000; ++i) deep += "</a>";
    folder.write_document(deep);
    loaded it(folder);
    EXPECT_EQ(it.reload(),
              "error: strowger.xml:2: elements stand more than 250 deep in each other\n");
}

TEST(configuration, refuses_files_included_too_deep) {
    conf_dir folder;
    folder.write_document("<X-PRE-PROCESS cmd=\"include\" data=\"0.xml\"/>");
    for (int i = 0; i < 120; ++i)
        folder.write(std::to_string(i) + ".xml",
                     "<X-PRE-PROCESS cmd=\"include\" data=\"" + std::to_string(i + 1) + ".xml\"/>");
    loaded it(folder);
    EXPECT_EQ(it.reload(), "error: 99.xml:1: 100.xml is included more than 100 files deep\n");
}

TEST(configuration, reads_any_bytes_without_harm) {
    conf_dir folder;
    loaded it(folder);
    std::string text = "<document>\n" + plain + "<!-- x --><![CDATA[y]]></document>";
    for (std::size_t cut = 0; cut < text.size(); ++cut) {
        folder.write("strowger.xml", text.substr(0, cut));
        it.reload();
        EXPECT_FALSE(it.ok && cut + 12 < text.size()) << cut;
        auto changed = text;
        changed[cut] = static_cast<char>(changed[cut] ^ 0x15);
        folder.write("strowger.xml", changed);
        it.reload();
    }
    folder.write("strowger.xml", std::string("\xEF\xBB\xBF<document>\0</document>", 25));
    it.reload();
}

}  // namespace
}  // namespace strowger
