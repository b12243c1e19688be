# libagsweep_cuda.so: where its compiler and headers are. Defines, where both are found,
#   AGSWEEP_CUDA_FOUND   whether it is built
#   agsweep_cuda_headers  the headers of CUDA's runtime and of NCCL
# It is compiled from headers alone and opened beside LibTorch's CUDA libraries, whose symbols it uses.

set(AGSWEEP_CUDA AUTO CACHE STRING "Build libagsweep_cuda.so: AUTO (where nvcc 13 and NCCL's header are found), ON, OFF")
set_property(CACHE AGSWEEP_CUDA PROPERTY STRINGS AUTO ON OFF)
# 86 also runs on 89 (L40S, RTX 4090); the PTX of 90 is compiled by the driver of what comes later.
set(AGSWEEP_CUDA_ARCHITECTURES "80-real;86-real;90;100-real" CACHE STRING "Compute capabilities to compile kernels for")

set(AGSWEEP_CUDA_FOUND FALSE)
if(NOT AGSWEEP_CUDA)
  return()
endif()

# Says why the library cannot be built; an error where it must be.
function(agsweep_no_cuda reason)
  if(AGSWEEP_CUDA STREQUAL "AUTO")
    message(STATUS "Without libagsweep_cuda.so: ${reason}")
  else()
    message(FATAL_ERROR "AGSWEEP_CUDA=${AGSWEEP_CUDA}: ${reason}; run scripts/setup")
  endif()
endfunction()

# The one that scripts/setup brings comes before the system's: its version is known.
find_program(AGSWEEP_NVCC nvcc PATHS ${CMAKE_SOURCE_DIR}/.deps/cuda/bin NO_DEFAULT_PATH)
find_program(AGSWEEP_NVCC nvcc PATHS /usr/local/cuda/bin)
if(NOT AGSWEEP_NVCC)
  agsweep_no_cuda("no nvcc is found")
  return()
endif()
execute_process(COMMAND ${AGSWEEP_NVCC} --version OUTPUT_VARIABLE nvcc_version ERROR_QUIET)
string(REGEX MATCH "release ([0-9]+)" nvcc_version "${nvcc_version}")
if(NOT CMAKE_MATCH_1 EQUAL 13)  # what LibTorch's wheel is built with
  agsweep_no_cuda("${AGSWEEP_NVCC} is not of CUDA 13")
  return()
endif()

get_filename_component(nvcc_folder ${AGSWEEP_NVCC} REALPATH)
get_filename_component(nvcc_folder ${nvcc_folder} DIRECTORY)
find_path(AGSWEEP_CUDA_INCLUDE_DIR cuda_runtime_api.h PATHS ${nvcc_folder}/../include NO_DEFAULT_PATH)
find_path(AGSWEEP_NCCL_INCLUDE_DIR nccl.h PATHS ${CMAKE_SOURCE_DIR}/.deps/cuda/include ${nvcc_folder}/../include)
if(NOT AGSWEEP_CUDA_INCLUDE_DIR OR NOT AGSWEEP_NCCL_INCLUDE_DIR)
  agsweep_no_cuda("CUDA's or NCCL's headers are not found")
  return()
endif()

add_library(agsweep_cuda_headers INTERFACE)
target_include_directories(agsweep_cuda_headers SYSTEM INTERFACE ${AGSWEEP_CUDA_INCLUDE_DIR} ${AGSWEEP_NCCL_INCLUDE_DIR})

if(AGSWEEP_TORCH)
  set(CMAKE_CUDA_COMPILER ${AGSWEEP_NVCC})
  set(CMAKE_CUDA_ARCHITECTURES ${AGSWEEP_CUDA_ARCHITECTURES})
  set(CMAKE_CUDA_RUNTIME_LIBRARY None)  # LibTorch's libraries bring the shared one
  set(CMAKE_CUDA_COMPILER_WORKS TRUE)   # CMake's test program would need that library
  enable_language(CUDA)
  if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25.1 does not know that nvcc does
    set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION -std=c++20)
  endif()
endif()
# What tests on a GPU link; the program's library takes LibTorch's.
find_library(AGSWEEP_CUDART NAMES libcudart.so.13 PATHS ${LIBTORCH_ROOT}/nvidia/cu13/lib NO_DEFAULT_PATH)
set(AGSWEEP_CUDA_FOUND TRUE)
message(STATUS "libagsweep_cuda.so: ${AGSWEEP_NVCC}, architectures ${AGSWEEP_CUDA_ARCHITECTURES}")
