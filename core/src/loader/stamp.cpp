#include "loader/stamp.hpp"

#include <strowger/abi.hpp>
#include <strowger/text.hpp>

#include <elf.h>

#include <bit>
#include <cstring>
#include <optional>

namespace strowger {

namespace {

#if defined(__x86_64__)
constexpr unsigned this_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr unsigned this_machine = EM_AARCH64;
#else
#error "the loader knows no ELF machine number for this processor"
#endif

using bytes_view = std::span<const std::byte>;

bool within(bytes_view bytes, std::uint64_t offset, std::uint64_t size) noexcept {
    return offset <= bytes.size() && size <= bytes.size() - offset;
}

// A plain struct at an offset, or nothing when it does not lie within the file.
template <class T>
std::optional<T> at(bytes_view bytes, std::uint64_t offset) noexcept {
    if (!within(bytes, offset, sizeof(T))) return std::nullopt;
    T value;
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return value;
}

// Is the text at `offset` of a string table, itself within the file, this one?
bool is_named(bytes_view table, std::uint64_t offset, std::string_view name) noexcept {
    if (!within(table, offset, name.size() + 1)) return false;
    const auto* text = reinterpret_cast<const char*>(table.data()) + offset;
    return std::memcmp(text, name.data(), name.size()) == 0 && text[name.size()] == '\0';
}

template <std::size_t Size>
std::optional<std::string> terminated(const char (&field)[Size]) {
    const void* end = std::memchr(field, '\0', Size);
    if (end == nullptr) return std::nullopt;
    return std::string(field);
}

error damaged(std::string_view file, std::string_view what) {
    return fail(errc::bad_syntax,
                cat(file, " is no module that can be loaded: ", what, "; build or copy it again"));
}

// The header, and everything that dlopen() would map, must lie within the file.
result<Elf64_Ehdr> read_header(bytes_view bytes, std::string_view file) {
    auto header = at<Elf64_Ehdr>(bytes, 0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return damaged(file, "it is not an ELF file");
    constexpr int our_data = std::endian::native == std::endian::little ? ELFDATA2LSB : ELFDATA2MSB;
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != our_data ||
        header->e_machine != this_machine)
        return damaged(file, "it was made for another kind of machine");
    if (header->e_type != ET_DYN) return damaged(file, "it is not a shared object");
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_shentsize != sizeof(Elf64_Shdr))
        return damaged(file, "its ELF tables have a strange size");
    for (unsigned i = 0; i < header->e_phnum; ++i) {
        if (header->e_phoff > bytes.size()) return damaged(file, "it is truncated");
        auto segment = at<Elf64_Phdr>(bytes, header->e_phoff + i * sizeof(Elf64_Phdr));
        if (!segment || !within(bytes, segment->p_offset, segment->p_filesz))
            return damaged(file, "it is truncated");
    }
    if (!within(bytes, header->e_shoff, std::uint64_t{header->e_shnum} * sizeof(Elf64_Shdr)))
        return damaged(file, "it is truncated");
    return *header;
}

std::optional<bytes_view> section(bytes_view bytes, const Elf64_Ehdr& header,
                                  std::string_view name) {
    auto section_at = [&](unsigned index) {
        return at<Elf64_Shdr>(bytes, header.e_shoff + index * sizeof(Elf64_Shdr));
    };
    if (header.e_shstrndx >= header.e_shnum) return std::nullopt;
    auto names = section_at(header.e_shstrndx);
    if (!names || !within(bytes, names->sh_offset, names->sh_size)) return std::nullopt;
    auto table = bytes.subspan(names->sh_offset, names->sh_size);
    for (unsigned i = 0; i < header.e_shnum; ++i) {
        auto each = section_at(i);
        if (!each || !is_named(table, each->sh_name, name)) continue;
        if (each->sh_type == SHT_NOBITS || !within(bytes, each->sh_offset, each->sh_size))
            return std::nullopt;
        return bytes.subspan(each->sh_offset, each->sh_size);
    }
    return std::nullopt;
}

std::vector<std::string> words(std::string_view text) {
    std::vector<std::string> found;
    while (!(text = trim(text)).empty()) {
        auto end = text.find(' ');
        found.emplace_back(text.substr(0, end));
        text.remove_prefix(end == text.npos ? text.size() : end);
    }
    return found;
}

std::vector<std::string_view> split_tag(std::string_view tag) {
    std::vector<std::string_view> fields;
    for (;;) {
        auto end = tag.find(';');
        fields.push_back(tag.substr(0, end));
        if (end == tag.npos) return fields;
        tag.remove_prefix(end + 1);
    }
}

}  // namespace

result<stamp> read_stamp(bytes_view bytes, std::string_view file) {
    auto header = read_header(bytes, file);
    if (!header) return header.error();
    auto where = section(bytes, *header, STROWGER_STAMP_SECTION);
    if (!where)
        return damaged(file,
                       "it carries no stamp of Strowger (it was not made by "
                       "strowger_add_module)");
    auto raw = at<detail::module_stamp>(*where, 0);
    if (!raw || terminated(raw->magic) != "STROWGER-MODULE")
        return damaged(file, "its stamp is damaged");
    if (where->size() != sizeof(detail::module_stamp) ||
        terminated(raw->size) != STROWGER_TEXT(STROWGER_STAMP_SIZE))
        return damaged(file, cat("its stamp has another size than this program's, which is ",
                                 std::string_view(STROWGER_TEXT(STROWGER_STAMP_SIZE)), " bytes"));
    auto tag = terminated(raw->tag), name = terminated(raw->name),
         version = terminated(raw->version), needs = terminated(raw->needs),
         reload = terminated(raw->reload);
    if (!tag || !name || !version || !needs || !reload || name->empty())
        return damaged(file, "its stamp is damaged");
    if (*reload != "side_by_side" && *reload != "exclusive")
        return damaged(file, cat("its way to be reloaded, \"", *reload,
                                 "\", is neither side_by_side nor exclusive"));
    return stamp{*tag, *name, *version, words(*needs), *reload == "side_by_side"};
}

result<void> compare_tags(std::string_view module, std::string_view theirs, std::string_view ours) {
    if (theirs == ours) return {};
    auto a = split_tag(theirs), b = split_tag(ours);
    std::string differs;
    for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
        auto left = i < a.size() ? a[i] : "nothing", right = i < b.size() ? b[i] : "nothing";
        if (left == right) continue;
        differs +=
            cat(differs.empty() ? "" : ", ", "\"", left, "\" there and \"", right, "\" here");
    }
    auto sentence = [](const std::vector<std::string_view>& fields) {
        std::string text;
        for (std::size_t i = 0; i < fields.size(); ++i)
            text += cat(i == 0 ? "" : i == 1 ? " with " : ", ", fields[i]);
        return text;
    };
    return fail(errc::incompatible,
                cat(module, " was built for ", sentence(a), "; this is ", sentence(b),
                    ". It differs in ", differs, ": build the module against this Strowger"));
}

}  // namespace strowger
