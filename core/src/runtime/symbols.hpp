// What the code at an address is called: its file, its function, its source line. Read from the
// files that are mapped (also names that they do not export), never from anywhere else: no server
// of debug information is asked.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

namespace strowger {

// One thread at a time; made anew for each stack, because what is mapped changes. Nothing here
// throws for what it cannot read: there the answer is shorter.
class symbols {
public:
    // Of this process as it is now.
    symbols();
    // Of a process, which may be dead, by the text of its /proc/PID/maps. The caller closes it.
    explicit symbols(std::FILE* maps);
    ~symbols();
    symbols(const symbols&) = delete;
    symbols& operator=(const symbols&) = delete;

    enum class place {
        exact,   // the instruction itself
        caller,  // a return address: the call is just before it
    };
    // "mod_x (mod_x-3.so)  hello::start()  mod_hello.cpp:12": a module's private copy is named by
    // its module. Without a name "libc.so.6+0x2724a"; outside all files "0x7f0000000000 (no file)".
    std::string line(const void* address, place where = place::caller) const;
    // The path of the file mapped there, or empty.
    std::string file(const void* address) const;

private:
    struct session;
    std::unique_ptr<session> session_;
};

}  // namespace strowger
