# Compiler settings that every target of the project shares.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

set(warnings -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror)
list(JOIN warnings "," host_warnings)
# nvcc's own code for the host is not pedantic.
add_compile_options(
  "$<$<COMPILE_LANGUAGE:C,CXX>:${warnings};-Wpedantic>"
  "$<$<COMPILE_LANGUAGE:CUDA>:-Xcompiler=${host_warnings};-Werror=all-warnings>")
if(AGSWEEP_SANITIZE)
  # Not vptr: it looks at memory through a pipe, and so fails where a test has used up the file descriptors.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions($<$<CXX_COMPILER_ID:Clang>:__SANITIZE_ADDRESS__>)  # as gcc and later clangs do
endif()

# What nearly every source file includes, for libraries' precompiled headers.
set(common_headers <algorithm> <array> <filesystem> <functional> <map> <memory> <optional> <span> <string> <vector> <fmt/format.h>)
