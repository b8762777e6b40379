#include "loader/private_copy.hpp"

#include <strowger/text.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace strowger {

namespace fs = boost::filesystem;

namespace {

constexpr std::string_view folder_prefix = "modules-";
constexpr std::size_t most_bytes = std::size_t{512} << 20;

std::string_view why() noexcept { return std::strerror(errno); }

class open_file {
public:
    open_file(const std::string& path, int flags, ::mode_t mode = 0)
        : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {}
    ~open_file() {
        if (fd_ >= 0) ::close(fd_);
    }
    open_file(const open_file&) = delete;
    open_file& operator=(const open_file&) = delete;
    int get() const noexcept { return fd_; }

private:
    int fd_;
};

void remove_stale_folders(const std::string& run_dir) {
    boost::system::error_code failed;
    for (fs::directory_iterator each(run_dir, failed), end; !failed && each != end;
         each.increment(failed)) {
        auto name = each->path().filename().string();
        int pid = 0;
        if (name.compare(0, folder_prefix.size(), folder_prefix) != 0 ||
            !parse_number(std::string_view(name).substr(folder_prefix.size()), pid))
            continue;
        // Our own number: a process that had it before, as in a container, where it is always 1.
        if (pid == ::getpid() || (::kill(pid, 0) != 0 && errno == ESRCH)) {
            boost::system::error_code ignored;
            fs::remove_all(each->path(), ignored);
        }
    }
}

}  // namespace

result<std::vector<std::byte>> read_file(const std::string& path) {
    open_file from(path, O_RDONLY | O_NONBLOCK);
    struct ::stat about {};
    if (from.get() < 0 || ::fstat(from.get(), &about) != 0)
        return fail(errno == ENOENT ? errc::not_found : errc::io_error,
                    cat(path, " cannot be read: ", why()));
    if (!S_ISREG(about.st_mode))
        return fail(errc::io_error, cat(path, " cannot be read: it is not a plain file"));
    if (static_cast<std::uint64_t>(about.st_size) > most_bytes)
        return fail(errc::limit_reached, cat(path, " is larger than 512 MiB"));
    std::vector<std::byte> bytes(static_cast<std::size_t>(about.st_size));
    std::size_t have = 0;
    while (have < bytes.size()) {
        auto got = ::read(from.get(), bytes.data() + have, bytes.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail(errc::io_error, cat(path, " cannot be read: ", why()));
        if (got == 0) break;  // it became shorter meanwhile: the stamp reader judges what is there
        have += static_cast<std::size_t>(got);
    }
    bytes.resize(have);
    return bytes;
}

copy_folder::copy_folder(std::string run_dir) {
    boost::system::error_code failed;
    fs::create_directories(run_dir, failed);
    // As the process map will name it: /var/run is a link.
    if (auto real = fs::canonical(run_dir, failed); !failed) run_dir = real.string();
    remove_stale_folders(run_dir);
    path_ = cat(run_dir, "/", folder_prefix, static_cast<int>(::getpid()));
    if (::mkdir(path_.c_str(), 0700) != 0)
        throw std::runtime_error(cat("the folder ", path_,
                                     " for copies of modules cannot be made: ", why(),
                                     "; give another run directory with -run"));
}

copy_folder::~copy_folder() {
    boost::system::error_code ignored;
    fs::remove_all(path_, ignored);
}

result<std::shared_ptr<const std::string>> copy_folder::write(std::string_view module,
                                                              std::span<const std::byte> bytes) {
    auto path = cat(path_, "/", module, "-", ++last_, ".so");
    open_file to(path, O_WRONLY | O_CREAT | O_EXCL, 0700);
    bool good = to.get() >= 0;
    while (good && !bytes.empty()) {
        auto put = ::write(to.get(), bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        good = put > 0;
        if (good) bytes = bytes.subspan(static_cast<std::size_t>(put));
    }
    if (!good) {
        auto text = cat("the private copy ", path, " cannot be written: ", why());
        if (to.get() >= 0) ::unlink(path.c_str());
        return fail(errc::io_error, text);
    }
    return std::shared_ptr<const std::string>(new std::string(path), [](const std::string* old) {
        ::unlink(old->c_str());
        delete old;
    });
}

bool is_mapped(std::string_view path) {
    std::ifstream map("/proc/self/maps");
    if (!map) return true;
    std::string line;
    while (std::getline(map, line))
        if (line.find(path) != line.npos) return true;
    return map.bad();
}

std::uint64_t mapped_bytes(std::string_view path) {
    std::ifstream map("/proc/self/maps");
    std::uint64_t bytes = 0;
    std::string line;
    while (std::getline(map, line)) {
        std::uint64_t from = 0, to = 0;
        if (line.find(path) != line.npos &&
            std::sscanf(line.c_str(), "%" SCNx64 "-%" SCNx64, &from, &to) == 2)
            bytes += to - from;
    }
    return bytes;
}

}  // namespace strowger
