# LibTorch, from the PyPI wheel that scripts/setup unpacks into .deps/torch.
#
# The wheel's own TorchConfig.cmake insists on a CUDA toolkit; a CPU build links libtorch_cpu and libc10 alone.
# Defines LibTorch::cpu, and LibTorch::headers, which links nothing. Hint: LIBTORCH_ROOT, the folder that holds torch/ and nvidia/.

set(LIBTORCH_ROOT ${CMAKE_SOURCE_DIR}/.deps/torch CACHE PATH "Folder of the unpacked torch wheel")

find_path(LibTorch_INCLUDE_DIR ATen/ATen.h PATHS ${LIBTORCH_ROOT}/torch/include NO_DEFAULT_PATH)
find_library(LibTorch_cpu_LIBRARY torch_cpu PATHS ${LIBTORCH_ROOT}/torch/lib NO_DEFAULT_PATH)
find_library(LibTorch_c10_LIBRARY c10 PATHS ${LIBTORCH_ROOT}/torch/lib NO_DEFAULT_PATH)
# The CUDA part, which the program itself must not link: only `scripts/setup --cuda` brings it.
find_library(LibTorch_cuda_LIBRARY torch_cuda PATHS ${LIBTORCH_ROOT}/torch/lib NO_DEFAULT_PATH)
find_library(LibTorch_c10_cuda_LIBRARY c10_cuda PATHS ${LIBTORCH_ROOT}/torch/lib NO_DEFAULT_PATH)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
  REQUIRED_VARS LibTorch_cpu_LIBRARY LibTorch_c10_LIBRARY LibTorch_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "run scripts/setup, or set LIBTORCH_ROOT")

if(LibTorch_FOUND AND NOT TARGET LibTorch::cpu)
  add_library(LibTorch::headers INTERFACE IMPORTED)
  # Searched last: the wheel brings headers of its own for fmt and others, whose libraries it does not bring.
  target_compile_options(LibTorch::headers INTERFACE "SHELL:-idirafter \"${LibTorch_INCLUDE_DIR}\"")
  add_library(LibTorch::cpu INTERFACE IMPORTED)
  target_link_libraries(LibTorch::cpu INTERFACE LibTorch::headers ${LibTorch_cpu_LIBRARY} ${LibTorch_c10_LIBRARY} Threads::Threads)
  # The wheel's libraries find each other through their own RPATH; the linker needs to be told of the nvidia folder.
  target_link_options(LibTorch::cpu INTERFACE -Wl,-rpath-link,${LIBTORCH_ROOT}/nvidia/cu13/lib)
endif()
