// The stamp reader, on an ELF file written by hand.
#include "loader/stamp.hpp"

#include <strowger/abi.hpp>

#include <elf.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace strowger::testing {

namespace {

using ::testing::HasSubstr;

// Header, one segment, the stamp, the names of the sections, the table of the sections.
struct elf_image {
    Elf64_Ehdr header{};
    Elf64_Phdr segment{};
    detail::module_stamp stamp{};
    char names[32] = "\0.strowger.stamp\0.shstrtab";
    Elf64_Shdr sections[3]{};
};

elf_image good_image() {
    elf_image image;
    auto& header = image.header;
    std::memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_type = ET_DYN;
#if defined(__x86_64__)
    header.e_machine = EM_X86_64;
#else
    header.e_machine = EM_AARCH64;
#endif
    header.e_phoff = offsetof(elf_image, segment);
    header.e_phnum = 1;
    header.e_phentsize = sizeof(Elf64_Phdr);
    header.e_shoff = offsetof(elf_image, sections);
    header.e_shnum = 3;
    header.e_shentsize = sizeof(Elf64_Shdr);
    header.e_shstrndx = 2;
    image.segment.p_type = PT_LOAD;
    image.segment.p_filesz = sizeof(elf_image);
    image.stamp = {"STROWGER-MODULE", "520",         "tag;one", "mod_x", "1.2",
                   "mod_a  mod_b ",   "side_by_side"};
    image.sections[1].sh_name = 1;
    image.sections[1].sh_type = SHT_PROGBITS;
    image.sections[1].sh_offset = offsetof(elf_image, stamp);
    image.sections[1].sh_size = sizeof(detail::module_stamp);
    image.sections[2].sh_name = 17;
    image.sections[2].sh_type = SHT_STRTAB;
    image.sections[2].sh_offset = offsetof(elf_image, names);
    image.sections[2].sh_size = sizeof image.names;
    return image;
}

result<stamp> read(const elf_image& image, std::size_t size = sizeof(elf_image)) {
    // A copy of just that size on the heap: a sanitizer sees every byte too far.
    std::vector<std::byte> bytes(size);
    if (size != 0) std::memcpy(bytes.data(), &image, size);
    return read_stamp(bytes, "mod_x.so");
}

std::string why(const elf_image& image) {
    auto outcome = read(image);
    return outcome ? "it was accepted" : outcome.error().text;
}

TEST(stamp_reader, reads_a_good_file) {
    auto outcome = read(good_image());
    ASSERT_TRUE(outcome.has_value()) << outcome.error().text;
    EXPECT_EQ(outcome->tag, "tag;one");
    EXPECT_EQ(outcome->name, "mod_x");
    EXPECT_EQ(outcome->version, "1.2");
    EXPECT_EQ(outcome->needs, (std::vector<std::string>{"mod_a", "mod_b"}));
    EXPECT_TRUE(outcome->side_by_side);
}

TEST(stamp_reader, refuses_every_truncation) {
    auto image = good_image();
    for (std::size_t size = 0; size < sizeof(elf_image); ++size) {
        auto outcome = read(image, size);
        ASSERT_FALSE(outcome.has_value()) << size;
        EXPECT_EQ(outcome.error().code, errc::bad_syntax);
    }
}

TEST(stamp_reader, lying_numbers_reach_nothing_outside) {
    // Each 32-bit word of the headers in turn becomes huge; whatever is answered, it reads nothing
    // outside (the sanitizer's part) and invents no other stamp.
    for (std::size_t word = 0; word < sizeof(elf_image) / 4; ++word)
        for (std::uint32_t lie : {0xFFFFFFFFU, 0x7FFFFFFFU, 0x80000000U, 0U}) {
            auto image = good_image();
            std::memcpy(reinterpret_cast<char*>(&image) + word * 4, &lie, 4);
            static_cast<void>(read(image));
        }
    auto image = good_image();
    image.segment.p_offset = ~0ULL;
    EXPECT_THAT(why(image), HasSubstr("truncated"));
    image = good_image();
    image.segment.p_filesz = sizeof(elf_image) + 1;
    EXPECT_THAT(why(image), HasSubstr("truncated"));
    image = good_image();
    image.header.e_shoff = ~0ULL - 8;
    EXPECT_THAT(why(image), HasSubstr("truncated"));
    image = good_image();
    image.header.e_shstrndx = 3;
    EXPECT_THAT(why(image), HasSubstr("no stamp"));
    image = good_image();
    image.sections[1].sh_offset = sizeof(elf_image) - 8;
    EXPECT_THAT(why(image), HasSubstr("no stamp"));
    image = good_image();
    image.sections[1].sh_name = 31;
    EXPECT_THAT(why(image), HasSubstr("no stamp"));
}

TEST(stamp_reader, refuses_what_is_no_module_of_this_machine) {
    auto image = good_image();
    image.header.e_ident[0] = 'X';
    EXPECT_THAT(why(image), HasSubstr("not an ELF file"));
    image = good_image();
    image.header.e_machine = EM_386;
    EXPECT_THAT(why(image), HasSubstr("another kind of machine"));
    image = good_image();
    image.header.e_type = ET_EXEC;
    EXPECT_THAT(why(image), HasSubstr("not a shared object"));
    image = good_image();
    image.header.e_shentsize = 8;
    EXPECT_THAT(why(image), HasSubstr("strange size"));
}

TEST(stamp_reader, refuses_damaged_stamps) {
    auto image = good_image();
    image.stamp.magic[0] = 'X';
    EXPECT_THAT(why(image), HasSubstr("its stamp is damaged"));
    image = good_image();
    std::memset(image.stamp.name, 'n', sizeof image.stamp.name);
    EXPECT_THAT(why(image), HasSubstr("its stamp is damaged"));
    image = good_image();
    image.stamp.name[0] = '\0';
    EXPECT_THAT(why(image), HasSubstr("its stamp is damaged"));
    image = good_image();
    std::strcpy(image.stamp.size, "600");
    EXPECT_THAT(why(image), HasSubstr("another size than this program's, which is 520"));
    image = good_image();
    image.sections[1].sh_size = sizeof(detail::module_stamp) + 1;
    EXPECT_THAT(why(image), HasSubstr("another size"));
    image = good_image();
    std::strcpy(image.stamp.reload, "sometimes");
    EXPECT_THAT(why(image), HasSubstr("\"sometimes\", is neither side_by_side nor exclusive"));
}

TEST(tags, same_ones_fit) { EXPECT_TRUE(compare_tags("mod_x", "SDK 1;g++ 12", "SDK 1;g++ 12")); }

TEST(tags, refusal_names_both_sides_and_the_difference) {
    auto outcome = compare_tags("mod_x", "SDK 3;g++ 12;Boost 1_81", "SDK 4;g++ 12;Boost 1_83");
    ASSERT_FALSE(outcome.has_value());
    EXPECT_EQ(outcome.error().code, errc::incompatible);
    EXPECT_EQ(outcome.error().text,
              "mod_x was built for SDK 3 with g++ 12, Boost 1_81; this is SDK 4 with g++ 12, "
              "Boost 1_83. It differs in \"SDK 3\" there and \"SDK 4\" here, \"Boost 1_81\" there "
              "and \"Boost 1_83\" here: build the module against this Strowger");
}

TEST(tags, missing_fields_are_named) {
    auto outcome = compare_tags("mod_x", "SDK 3", "SDK 3;g++ 12");
    ASSERT_FALSE(outcome.has_value());
    EXPECT_THAT(outcome.error().text, HasSubstr("\"nothing\" there and \"g++ 12\" here"));
}

TEST(tags, this_programs_tag_has_a_field_for_everything_that_changes_layout) {
    EXPECT_THAT(STROWGER_ABI_TAG,
                ::testing::MatchesRegex("SDK [0-9]+;(g\\+\\+|clang) [0-9]+;lib.*;Boost [0-9_]+;"
                                        "sanitizer [a-z]+;macros [-a-z]+;headers [0-9a-f]+"));
}

}  // namespace

}  // namespace strowger::testing
