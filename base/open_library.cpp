#include "base/open_library.hpp"

#include <dlfcn.h>

#include <filesystem>
#include <system_error>

#include "base/program_path.hpp"

namespace agsweep {

namespace fs = std::filesystem;

void* open_library(const std::string& name, int mode) {
  std::error_code unreadable;
  const fs::path beside = program_path().parent_path() / name;
  return ::dlopen(fs::exists(beside, unreadable) ? beside.c_str() : name.c_str(), RTLD_NOW | mode);
}

void* find_symbol(void* library, const char* name) { return ::dlsym(library, name); }

}  // namespace agsweep
