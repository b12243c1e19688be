#pragma once

#include <nlohmann/json.hpp>

namespace agsweep {

/// Of agsweep, compiler, LibTorch, MPI and HDF5, by name.
nlohmann::json versions();

}  // namespace agsweep
