// The stamp that every module carries in its file, and the tag that says what it was built with.
// The loader reads it from the file before anything is mapped.
#pragma once

#include <strowger/headers_hash.hpp>

#include <boost/version.hpp>

#include <version>

// Goes up with every change after which a module must be changed, not only built again.
#define STROWGER_SDK_NUMBER "2"

#define STROWGER_TEXT_(x) #x
#define STROWGER_TEXT(x) STROWGER_TEXT_(x)

#if defined(__clang__)
#define STROWGER_TAG_COMPILER "clang " STROWGER_TEXT(__clang_major__)
#elif defined(__GNUC__)
#define STROWGER_TAG_COMPILER "g++ " STROWGER_TEXT(__GNUC__)
#else
#error "Strowger is built by g++ or clang"
#endif

#if defined(_GLIBCXX_RELEASE)
#define STROWGER_TAG_LIBRARY "libstdc++ " STROWGER_TEXT(_GLIBCXX_RELEASE)
#else
#define STROWGER_TAG_LIBRARY "libc++ " STROWGER_TEXT(_LIBCPP_VERSION)
#endif

#if defined(__SANITIZE_ADDRESS__)
#define STROWGER_TAG_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define STROWGER_TAG_SANITIZER "thread"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define STROWGER_TAG_SANITIZER "address"
#elif __has_feature(thread_sanitizer)
#define STROWGER_TAG_SANITIZER "thread"
#endif
#endif
#ifndef STROWGER_TAG_SANITIZER
#define STROWGER_TAG_SANITIZER "none"
#endif

#if defined(NDEBUG)
#define STROWGER_TAG_NDEBUG "n"
#else
#define STROWGER_TAG_NDEBUG "-"
#endif
#if defined(_GLIBCXX_ASSERTIONS)
#define STROWGER_TAG_ASSERTIONS "a"
#else
#define STROWGER_TAG_ASSERTIONS "-"
#endif
#if defined(BOOST_ASIO_SEPARATE_COMPILATION)
#define STROWGER_TAG_ASIO "s"
#else
#define STROWGER_TAG_ASIO "-"
#endif
#if defined(BOOST_ASIO_DYN_LINK)
#define STROWGER_TAG_ASIO_LINK "d"
#else
#define STROWGER_TAG_ASIO_LINK "-"
#endif
#if defined(BOOST_ASIO_ENABLE_HANDLER_TRACKING)
#define STROWGER_TAG_TRACKING "t"
#else
#define STROWGER_TAG_TRACKING "-"
#endif

// Fields are separated by ';' so that a refusal can name the one that differs. The hash is that of
// the headers without their comments: a class that changed is another class, whatever its number.
#define STROWGER_ABI_TAG                                                          \
    "SDK " STROWGER_SDK_NUMBER ";" STROWGER_TAG_COMPILER ";" STROWGER_TAG_LIBRARY \
    ";Boost " BOOST_LIB_VERSION ";sanitizer " STROWGER_TAG_SANITIZER              \
    ";macros " STROWGER_TAG_NDEBUG STROWGER_TAG_ASSERTIONS STROWGER_TAG_ASIO      \
        STROWGER_TAG_ASIO_LINK STROWGER_TAG_TRACKING ";headers " STROWGER_HEADERS_HASH

namespace strowger::detail {

// Plain characters only: pointers read as zero in the file. Every field is terminated.
struct module_stamp {
    char magic[16];  // "STROWGER-MODULE"
    char size[8];    // sizeof this, in digits
    char tag[192];
    char name[64];
    char version[32];
    char needs[192];
    char reload[16];
};

}  // namespace strowger::detail

#define STROWGER_STAMP_SECTION ".strowger.stamp"
#define STROWGER_STAMP_SIZE 520

#define STROWGER_STAMP(NAME, VERSION, NEEDS, RELOAD)                                       \
    static_assert(sizeof(::strowger::detail::module_stamp) == STROWGER_STAMP_SIZE);        \
    [[gnu::used, gnu::retain,                                                              \
      gnu::section(STROWGER_STAMP_SECTION)]] static const ::strowger::detail::module_stamp \
        strowger_stamp_of_this_file{"STROWGER-MODULE",                                     \
                                    STROWGER_TEXT(STROWGER_STAMP_SIZE),                    \
                                    STROWGER_ABI_TAG,                                      \
                                    NAME,                                                  \
                                    VERSION,                                               \
                                    NEEDS,                                                 \
                                    RELOAD};
