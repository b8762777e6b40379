# How a module is made: included by find_package(Strowger), and by Strowger's own build.
#
#   strowger_add_module(mod_x SOURCES mod_x.cpp … [VERSION 1.0] [NEEDS mod_a …] [EXCLUSIVE] [LIBS target …])
#
# makes the shared object mod_x.so, whose sources hold one STROWGER_MODULE(type). It is compiled as
# Strowger itself was, so that it fits; carries a stamp with its name, version and needs; and can be
# unmapped: the build fails when it exports anything but its table, or holds a unique symbol.
# EXCLUSIVE: it owns a port or a file, so that two generations cannot run side by side.
#
#   strowger_add_test(mod_x_test SOURCES mod_x_test.cpp … [MODULES mod_x …] [LIBS target …])
#
# makes a GoogleTest program of Strowger::testing that finds these modules in its test_core.
include_guard()

function(strowger_add_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "EXCLUSIVE" "VERSION" "SOURCES;NEEDS;LIBS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "strowger_add_module(${name}) does not know \"${arg_UNPARSED_ARGUMENTS}\": "
                        "give SOURCES, VERSION, NEEDS, EXCLUSIVE, LIBS")
  endif()
  string(LENGTH "${name}" length)
  if(NOT name MATCHES "^[A-Za-z0-9_]+$" OR length GREATER 59)
    message(FATAL_ERROR "\"${name}\" is no module's name: letters, digits and _, at most 59")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "strowger_add_module(${name}) has no SOURCES")
  endif()
  if(name IN_LIST arg_NEEDS)
    message(FATAL_ERROR "${name} cannot need itself")
  endif()
  if(NOT arg_VERSION)
    set(arg_VERSION 1.0)
  endif()
  set(reload side_by_side)
  if(arg_EXCLUSIVE)
    set(reload exclusive)
  endif()
  list(JOIN arg_NEEDS " " needs)

  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/${name}.stamp.cpp)
  file(CONFIGURE OUTPUT ${stamp} CONTENT "#include <strowger/abi.hpp>

STROWGER_STAMP(\"${name}\", \"${arg_VERSION}\", \"${needs}\", \"${reload}\")
")
  add_library(${name} MODULE ${arg_SOURCES} ${stamp})
  set_source_files_properties(${stamp} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX .so)
  target_compile_options(${name} PRIVATE -fvisibility=hidden -fvisibility-inlines-hidden
                         $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  target_link_options(${name} PRIVATE -Wl,--exclude-libs,ALL)
  target_link_libraries(${name} PRIVATE ${arg_LIBS} Strowger::core)
  strowger_build_alike(${name})
  if(STROWGER_SANITIZER STREQUAL "none" AND NOT STROWGER_FUZZ)
    # What nobody defines is told now, not when the module is loaded.
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  add_custom_command(TARGET ${name} POST_BUILD VERBATIM
    COMMAND ${CMAKE_COMMAND} -DMODULE=$<TARGET_FILE:${name}> -DNM=${CMAKE_NM}
            -P ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/StrowgerModuleCheck.cmake)
endfunction()

function(strowger_add_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;MODULES;LIBS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_SOURCES)
    message(FATAL_ERROR "strowger_add_test(${name}) wants SOURCES, and may have MODULES and LIBS")
  endif()
  find_package(GTest REQUIRED)
  include(GoogleTest)
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE Strowger::testing ${arg_LIBS} GTest::gtest_main)
  strowger_build_alike(${name})
  set(files)
  foreach(module ${arg_MODULES})
    add_dependencies(${name} ${module})
    list(APPEND files $<TARGET_FILE:${module}>)
  endforeach()
  list(JOIN files ":" files)
  target_compile_definitions(${name} PRIVATE "STROWGER_TEST_MODULES=\"${files}\"")
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
endfunction()

# Outside Strowger's own tree: the flags that its tag is made of, whatever the build type here is.
function(strowger_build_alike name)
  if(NOT STROWGER_COMPILER)
    return()
  endif()
  string(REGEX MATCH "^[0-9]+" major "${CMAKE_CXX_COMPILER_VERSION}")
  if(NOT "${CMAKE_CXX_COMPILER_ID} ${major}" STREQUAL STROWGER_COMPILER)
    message(FATAL_ERROR "This Strowger was built with ${STROWGER_COMPILER}, and this is ${CMAKE_CXX_COMPILER_ID} ${major}: "
                        "it would refuse ${name}. Give the same compiler with -DCMAKE_CXX_COMPILER=…")
  endif()
  foreach(macro NDEBUG _GLIBCXX_ASSERTIONS)
    if(macro IN_LIST STROWGER_MACROS)
      target_compile_options(${name} PRIVATE -U${macro} -D${macro})
    else()
      target_compile_options(${name} PRIVATE -U${macro})
    endif()
  endforeach()
  if(STROWGER_SANITIZER STREQUAL "address")
    target_compile_options(${name} PRIVATE -fsanitize=address,undefined -fno-omit-frame-pointer)
    target_link_options(${name} PRIVATE -fsanitize=address,undefined)
  elseif(STROWGER_SANITIZER STREQUAL "thread")
    target_compile_options(${name} PRIVATE -fsanitize=thread)
    target_link_options(${name} PRIVATE -fsanitize=thread)
  endif()
endfunction()
