#include "base/program_path.hpp"

#include <system_error>

namespace agsweep {

std::filesystem::path program_path() {
  std::error_code unknown;
  return std::filesystem::read_symlink("/proc/self/exe", unknown);
}

}  // namespace agsweep
