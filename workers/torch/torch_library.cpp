#include "workers/torch/torch_library.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <system_error>

#include "base/open_library.hpp"

namespace agsweep {

TorchLibrary open_torch_library() {
  // MKL ends the process where the system cannot tell it.
  std::error_code failure;
  if (std::filesystem::current_path(failure).empty()) throw RunTimeError("the current folder: {}; go to another one", failure.message());
  // For all to see, as if the program were linked to it: libagsweep_cuda.so looks for LibTorch's symbols.
  void* const library = open_library("libagsweep_torch.so", RTLD_GLOBAL);
  if (library == nullptr) throw RunTimeError("LibTorch cannot be loaded: {}", ::dlerror());
  auto* const exported = find_function<decltype(agsweep_torch_library)>(library, "agsweep_torch_library");
  if (exported == nullptr) throw RunTimeError("libagsweep_torch.so is not of this program: {}", ::dlerror());
  return *exported();
}

}  // namespace agsweep
