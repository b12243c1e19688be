#include "workers/torch_version.hpp"

#include <torch/csrc/api/include/torch/version.h>

namespace agsweep {

std::string_view libtorch_version() { return TORCH_VERSION; }

}  // namespace agsweep
