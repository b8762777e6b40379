#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <iterator>
#include <stdexcept>
#include <vector>

namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
    throw std::runtime_error(path.string() + " cannot be " + what + ": " + std::strerror(errno));
}

}  // namespace

void write_file(const std::filesystem::path& path, const std::string& text, mode_t mode) {
    std::string pattern = path.string() + ".XXXXXX";
    std::vector<char> name(pattern.begin(), pattern.end());
    name.push_back('\0');
    int file = mkostemp(name.data(), O_CLOEXEC);  // 0600, and the name cannot be guessed
    if (file < 0) fail(path, "written");
    std::size_t done = 0;
    while (done < text.size()) {
        auto size = write(file, text.data() + done, text.size() - done);
        if (size < 0) break;
        done += static_cast<std::size_t>(size);
    }
    bool good = done == text.size() && fchmod(file, mode) == 0 && fsync(file) == 0;
    good = close(file) == 0 && good;
    if (!good || rename(name.data(), path.c_str()) != 0) {
        int reason = errno;
        unlink(name.data());
        errno = reason;
        fail(path, "written");
    }
}

std::string read_file(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) fail(path, "read");
    return std::string(std::istreambuf_iterator<char>(in), {});
}

void make_directory(const std::filesystem::path& path, mode_t mode) {
    std::error_code problem;
    if (std::filesystem::is_directory(path, problem)) return;
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), problem);
    if (mkdir(path.c_str(), mode) != 0 && errno != EEXIST) fail(path, "made");
}

bool confirmed(const std::string& question) {
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO)) return false;
    std::cout << question << " Type YES: " << std::flush;
    std::string answer;
    return std::getline(std::cin, answer) && answer == "YES";
}
