#include "base/open_library.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <system_error>

namespace agsweep {

namespace fs = std::filesystem;

void* open_library(const std::string& name, int mode) {
  std::error_code error;
  const fs::path beside = fs::read_symlink("/proc/self/exe", error).parent_path() / name;
  return ::dlopen(fs::exists(beside, error) ? beside.c_str() : name.c_str(), RTLD_NOW | mode);
}

void* find_symbol(void* library, const char* name) { return ::dlsym(library, name); }

}  // namespace agsweep
