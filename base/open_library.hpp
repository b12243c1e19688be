#pragma once

#include <string>

namespace agsweep {

/// Opens a shared library that stays open, with all its symbols looked up at once.
/// @param name  a file beside the program, or what the loader finds: in the program's RUNPATH, LD_LIBRARY_PATH
/// @param mode  RTLD_LOCAL or RTLD_GLOBAL
/// @return null: dlerror() says why not
void* open_library(const std::string& name, int mode);

/// A function that an open library exports; null: there is none of that name.
void* find_symbol(void* library, const char* name);

template <typename Function>
Function* find_function(void* library, const char* name) {
  return reinterpret_cast<Function*>(find_symbol(library, name));
}

}  // namespace agsweep
