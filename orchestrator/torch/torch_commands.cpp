#include "orchestrator/torch/torch_commands.hpp"

#include <dlfcn.h>

#include "base/open_library.hpp"

namespace agsweep {

TorchCommands torch_commands() {
  // For all to see, as if the program were linked to it: libagsweep_cuda.so looks for LibTorch's symbols.
  void* const library = open_library("libagsweep_torch.so", RTLD_GLOBAL);
  if (library == nullptr) throw RunTimeError("LibTorch cannot be loaded: {}", ::dlerror());
  auto* const commands = find_function<decltype(agsweep_torch_commands)>(library, "agsweep_torch_commands");
  if (commands == nullptr) throw RunTimeError("libagsweep_torch.so is not of this program: {}", ::dlerror());
  return *commands();
}

}  // namespace agsweep
