#include "runtime/symbols.hpp"

#include "runtime/stacks.hpp"

#include <strowger/text.hpp>

#include <cxxabi.h>
#include <dwarf.h>
#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace strowger {

namespace {

constexpr std::size_t longest_name = 200;  // Asio's templates have thousands

// Like dwfl_linux_proc_find_elf, but the file is read and not mapped: the loader looks whether a
// module's file is still mapped after it let go of it, and must not find us.
int open_mapped_file(Dwfl_Module*, void**, const char* path, Dwarf_Addr, char** name, Elf** elf) {
    int fd = path[0] == '/' ? ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) : -1;
    struct ::stat about {};
    if (fd < 0) return -1;
    if (::fstat(fd, &about) == 0 && S_ISREG(about.st_mode))
        *elf = ::elf_begin(fd, ELF_C_READ, nullptr);
    if (*elf == nullptr) {
        ::close(fd);
        return -1;
    }
    *name = ::strdup(path);
    return fd;
}

int no_other_file(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*,
                  GElf_Word, char**) {
    return -1;
}

constexpr Dwfl_Callbacks callbacks{open_mapped_file, no_other_file, nullptr, nullptr};

std::string base_name(std::string_view path) {
    return std::string(path.substr(path.rfind('/') + 1));
}

std::string demangled(const char* symbol) {
    int status = 0;
    std::unique_ptr<char, decltype(&std::free)> plain(
        abi::__cxa_demangle(symbol, nullptr, nullptr, &status), std::free);
    std::string name = status == 0 && plain ? plain.get() : symbol;
    if (name.size() > longest_name) name = name.substr(0, longest_name) + "...";
    return name;
}

std::uint64_t number_of(const void* address) { return reinterpret_cast<std::uintptr_t>(address); }

std::string hex(std::uint64_t number) {
    char text[24];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
    return text;
}

}  // namespace

struct symbols::session {
    explicit session(std::FILE* maps)
        : dwfl(::elf_version(EV_CURRENT) == EV_NONE ? nullptr : ::dwfl_begin(&callbacks)) {
        if (dwfl == nullptr) return;
        ::dwfl_report_begin(dwfl);
        if (maps != nullptr) ::dwfl_linux_proc_maps_report(dwfl, maps);
        ::dwfl_report_end(dwfl, nullptr, nullptr);
    }
    ~session() {
        if (dwfl != nullptr) ::dwfl_end(dwfl);
    }
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    Dwfl_Module* at(Dwarf_Addr address) const {
        return dwfl == nullptr ? nullptr : ::dwfl_addrmodule(dwfl, address);
    }
    Dwfl* dwfl;
};

namespace {

// The compilation unit's entry. clang writes no table of them: then each is asked.
Dwarf_Die* unit_at(Dwfl_Module* in, Dwarf_Addr address, Dwarf_Addr& bias) {
    // It answers with a neighbour where there is nothing (as for _start): hence the second look.
    auto* found = ::dwfl_module_addrdie(in, address, &bias);
    if (found != nullptr && ::dwarf_haspc(found, address - bias) == 1) return found;
    Dwarf_Die* each = nullptr;
    while ((each = ::dwfl_module_nextcu(in, each, &bias)) != nullptr)
        if (::dwarf_haspc(each, address - bias) == 1) return each;
    return nullptr;
}

struct source_line {
    const char* file = nullptr;
    Dwarf_Word number = 0;
    bool known() const { return file != nullptr && number != 0; }
    // The standard library's and other packages' headers are not what is looked for.
    bool ours() const { return known() && !std::string_view(file).starts_with("/usr/"); }
};

std::string to_string(const source_line& at) {
    return at.known() ? cat("  ", base_name(at.file), ":", at.number) : std::string();
}

source_line line_at(Dwarf_Die* unit, Dwarf_Addr address) {
    int number = 0;
    auto* row = ::dwarf_getsrc_die(unit, address);
    if (row == nullptr || ::dwarf_lineno(row, &number) != 0 || number < 0) return {};
    return {::dwarf_linesrc(row, nullptr, nullptr), static_cast<Dwarf_Word>(number)};
}

// Where the compiler put the body of an inlined function in place of its call.
source_line call_of(Dwarf_Die* inlined, Dwarf_Die* unit) {
    Dwarf_Attribute held{};
    Dwarf_Word file = 0, number = 0;
    Dwarf_Files* files = nullptr;
    std::size_t count = 0;
    if (::dwarf_formudata(::dwarf_attr(inlined, DW_AT_call_file, &held), &file) != 0 ||
        ::dwarf_formudata(::dwarf_attr(inlined, DW_AT_call_line, &held), &number) != 0 ||
        ::dwarf_getsrcfiles(unit, &files, &count) != 0 || file >= count)
        return {};
    return {::dwarf_filesrc(files, file, nullptr, nullptr), number};
}

std::string name_of(Dwarf_Die* function) {
    Dwarf_Attribute held{};
    if (const char* linked =
            ::dwarf_formstring(::dwarf_attr_integrate(function, DW_AT_linkage_name, &held)))
        return demangled(linked);
    const char* plain = ::dwarf_diename(function);
    return plain == nullptr ? "?" : plain;
}

// Finds the function that has an address, and what was inlined into it there, the outermost first.
// By hand, because dwarf_getscopes() does not look into namespaces, where clang puts functions.
bool find_inlined(Dwarf_Die around, Dwarf_Addr address, std::vector<Dwarf_Die>& found, int depth) {
    Dwarf_Die each{};
    for (int more = ::dwarf_child(&around, &each); more == 0 && depth < 200;
         more = ::dwarf_siblingof(&each, &each)) {
        auto tag = ::dwarf_tag(&each);
        if (tag == DW_TAG_namespace) {
            if (find_inlined(each, address, found, depth + 1)) return true;
            continue;
        }
        bool code = tag == DW_TAG_subprogram || tag == DW_TAG_inlined_subroutine ||
                    tag == DW_TAG_lexical_block;
        if (!code || ::dwarf_haspc(&each, address) != 1) continue;
        if (tag == DW_TAG_inlined_subroutine) found.push_back(each);
        find_inlined(each, address, found, depth + 1);
        return true;
    }
    return false;
}

// Which functions of ours were inlined at an address, the innermost first; `at` becomes the line in
// the function that was not.
std::string inlined_at(Dwarf_Die* unit, Dwarf_Addr address, source_line& at) {
    std::string text;
    std::vector<Dwarf_Die> inlined;
    find_inlined(*unit, address, inlined, 0);
    for (auto each = inlined.rbegin(); each != inlined.rend(); ++each) {
        if (at.ours()) text += cat(text.empty() ? "  " : ", in ", name_of(&*each), to_string(at));
        at = call_of(&*each, unit);
    }
    return text;
}

std::string file_name(std::string_view path) {
    auto module = module_of_copy(path);
    return module.empty() ? base_name(path) : cat(module, " (", base_name(path), ")");
}

}  // namespace

symbols::symbols() {
    std::unique_ptr<std::FILE, decltype(&std::fclose)> maps(std::fopen("/proc/self/maps", "re"),
                                                            std::fclose);
    session_ = std::make_unique<session>(maps.get());
}

symbols::symbols(std::FILE* maps) : session_(std::make_unique<session>(maps)) {}

symbols::~symbols() = default;

std::string symbols::file(const void* address) const {
    auto* in = session_->at(number_of(address));
    const char* path = in == nullptr ? nullptr
                                     : ::dwfl_module_info(in, nullptr, nullptr, nullptr, nullptr,
                                                          nullptr, nullptr, nullptr);
    return path == nullptr ? "" : path;
}

std::string symbols::line(const void* address, place where) const {
    auto given = number_of(address);
    auto looked_up = where == place::caller && given != 0 ? given - 1 : given;
    auto* in = session_->at(looked_up);
    if (in == nullptr) return cat(hex(given), " (no file)");
    Dwarf_Addr start = 0, bias = 0;
    const char* path =
        ::dwfl_module_info(in, nullptr, &start, nullptr, nullptr, nullptr, nullptr, nullptr);
    auto text = file_name(path == nullptr ? "?" : path);
    GElf_Off into = 0;
    GElf_Sym symbol{};
    const char* name =
        ::dwfl_module_addrinfo(in, looked_up, &into, &symbol, nullptr, nullptr, nullptr);
    source_line at;
    std::string inlined;
    if (auto* unit = unit_at(in, looked_up, bias)) {
        at = line_at(unit, looked_up - bias);
        inlined = inlined_at(unit, looked_up - bias, at);
    }
    if (inlined.empty() && name == nullptr && !at.known())
        return cat(text, "+", hex(given - start));
    // A function of ours inside one of the standard library's: the latter says nothing more.
    if (!inlined.empty() && !at.ours()) return cat(text, inlined);
    return cat(text, inlined, inlined.empty() ? "  " : ", in ",
               name == nullptr ? "?" : demangled(name), to_string(at));
}

}  // namespace strowger
