# How the parts of the house are declared: a part is a folder of sources, a module is its parts and a
# shell of one file, tests stand in a folder of their own.

# strowger_part(NAME FOLDER [LIBS …]): a static library of all sources below FOLDER, with the
# module's flags, so that both the module and its tests can link it.
function(strowger_part name folder)
  cmake_parse_arguments(arg "" "" "LIBS;INCLUDES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${arg_INCLUDES})
    target_link_libraries(${name} INTERFACE strowger_core ${arg_LIBS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${arg_INCLUDES})
  target_link_libraries(${name} PUBLIC strowger_core ${arg_LIBS})
  target_compile_options(${name} PRIVATE ${STROWGER_MODULE_FLAGS})
  target_precompile_headers(${name} REUSE_FROM strowger_pch)
endfunction()

# strowger_module(NAME PARTS … [NEEDS …] [EXCLUSIVE]): a module of the product, from module.cpp in the
# current folder.
function(strowger_module name)
  cmake_parse_arguments(arg "EXCLUSIVE" "" "PARTS;NEEDS" ${ARGN})
  set(exclusive)
  if(arg_EXCLUSIVE)
    set(exclusive EXCLUSIVE)
  endif()
  strowger_add_module(${name} SOURCES module.cpp VERSION ${PROJECT_VERSION} NEEDS ${arg_NEEDS} ${exclusive} LIBS ${arg_PARTS})
  set_target_properties(${name} PROPERTIES LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/strowger/modules
    INSTALL_RPATH "$ORIGIN/../..")
  install(TARGETS ${name} LIBRARY DESTINATION ${STROWGER_INSTALLED_MODULES})
endfunction()

# strowger_tests(NAME FOLDER LIBS …): a GoogleTest program of all sources in FOLDER.
function(strowger_tests name folder)
  cmake_parse_arguments(arg "" "TIMEOUT" "LIBS;ENVIRONMENT" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(NOT sources)
    return()
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 120)
  endif()
  add_executable(${name} ${sources})
  target_include_directories(${name} PRIVATE ${folder} ${PROJECT_SOURCE_DIR}/tests/support ${PROJECT_SOURCE_DIR}/core/src)
  target_compile_options(${name} PRIVATE ${STROWGER_MODULE_FLAGS})
  target_link_libraries(${name} PRIVATE strowger_testing strowger_core ${arg_LIBS} GTest::gmock GTest::gtest_main)
  target_precompile_headers(${name} REUSE_FROM strowger_pch)
  target_compile_definitions(${name} PRIVATE STROWGER_SOURCE_DIR="${PROJECT_SOURCE_DIR}" STROWGER_BINARY_DIR="${CMAKE_BINARY_DIR}")
  gtest_discover_tests(${name} NO_PRETTY_VALUES DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT ${arg_TIMEOUT})
endfunction()
