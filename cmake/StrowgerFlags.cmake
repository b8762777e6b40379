# Flags and outside libraries that everything is built with.

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS filesystem)
find_package(OpenSSL 3.0 REQUIRED)
find_package(spdlog REQUIRED)
pkg_check_modules(DW REQUIRED IMPORTED_TARGET libdw libelf)
pkg_check_modules(PUGIXML REQUIRED IMPORTED_TARGET pugixml)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(SQLITE REQUIRED IMPORTED_TARGET sqlite3)
pkg_check_modules(SOFIA REQUIRED IMPORTED_TARGET sofia-sip-ua)
pkg_check_modules(SRTP REQUIRED libsrtp2)

# Third-party headers are not ours to warn about.
foreach(package DW PUGIXML PCRE2 SQLITE SOFIA)
  get_target_property(dirs PkgConfig::${package} INTERFACE_INCLUDE_DIRECTORIES)
  if(dirs)
    set_target_properties(PkgConfig::${package} PROPERTIES INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${dirs}")
  endif()
endforeach()

# One kind of code everywhere: what is precompiled once can be used by programs, libraries and modules.
add_compile_options(-fPIC -Wall -Wextra -Wconversion -Wshadow -Werror)
add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_DYN_LINK BOOST_ASIO_NO_DEPRECATED
  BOOST_SYSTEM_USE_UTF8)
if(CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 warns of its own standard library's inlined code.
  add_compile_options(-fcoroutines -Wno-maybe-uninitialized -Wno-restrict -Wno-dangling-pointer -Wno-array-bounds
                      -Wno-stringop-overflow -Wno-stringop-overread -Wno-mismatched-new-delete)
endif()

if(STROWGER_SANITIZER STREQUAL "address")
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined
                      -fno-omit-frame-pointer -O1)
  add_link_options(-fsanitize=address,undefined)
elseif(STROWGER_SANITIZER STREQUAL "thread")
  add_compile_options(-fsanitize=thread -O1 -Wno-tsan)
  add_link_options(-fsanitize=thread)
endif()

if(STROWGER_FUZZ)
  # All code is instrumented, libraries too; tests/fuzz links libFuzzer's main() to its targets alone.
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang" OR NOT STROWGER_SANITIZER STREQUAL "none")
    message(FATAL_ERROR "STROWGER_FUZZ brings sanitizers of its own and needs clang: cmake --preset fuzz")
  endif()
  # clang 14 copies what -fsanitize=function puts before a function to a coroutine's parts, and then
  # cannot assemble it.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=function
                      -fno-sanitize-recover=undefined -fno-omit-frame-pointer -O1 -gline-tables-only)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
endif()

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} ${CCACHE})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-fpch-preprocess)
  else()
    add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
  endif()
endif()
find_program(MOLD mold)
if(MOLD AND STROWGER_SANITIZER STREQUAL "none" AND NOT STROWGER_FUZZ)
  add_link_options(-fuse-ld=mold)
endif()

# What makes a module that can really be unmapped (see docs/modules.md).
set(STROWGER_MODULE_FLAGS -fvisibility=hidden -fvisibility-inlines-hidden)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  list(APPEND STROWGER_MODULE_FLAGS -fno-gnu-unique)
endif()

# Where the program looks for modules, below the place it is installed in.
set(STROWGER_INSTALLED_MODULES lib/strowger/modules)
