// A private copy of a module's file, with a name that nothing had before: dlopen() of the same path
// gives the old mapping again, and overwriting a mapped file corrupts running code.
#pragma once

#include <strowger/error.hpp>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace strowger {

// Reads a whole file of at most 512 MiB.
result<std::vector<std::byte>> read_file(const std::string& path);

// The folder of the copies of one process; removed with everything in it when it goes. Folders that
// dead processes left are removed when it is made.
class copy_folder {
public:
    explicit copy_folder(std::string run_dir);  // throws std::runtime_error
    ~copy_folder();
    copy_folder(const copy_folder&) = delete;
    copy_folder& operator=(const copy_folder&) = delete;
    const std::string& path() const noexcept { return path_; }

    // Writes a copy; it is removed when the last holder lets go of the path. Any thread.
    result<std::shared_ptr<const std::string>> write(std::string_view module,
                                                     std::span<const std::byte> bytes);

private:
    std::string path_;
    std::atomic<unsigned> last_{0};
};

// Is anything of this file mapped into the process? True also when that cannot be found out.
bool is_mapped(std::string_view path);
// How much of the address space this file takes; 0 when it is not mapped.
std::uint64_t mapped_bytes(std::string_view path);

}  // namespace strowger
