#pragma once

#include "base/json.hpp"

namespace agsweep {

/// Of agsweep, compiler, LibTorch, MPI and HDF5, by name; with the commit of the sources, where that was known when they were built: its
/// hash, and "-dirty" where they had changed since.
nlohmann::json versions();

}  // namespace agsweep
