#pragma once

#include <optional>

#include "base/file.hpp"  // FileDescriptor

namespace agsweep {

/// The terminal on which a person reads what goes to a descriptor: its own, or, where it is a pipe to mpirun, that of mpirun's standard
/// error. None where mpirun puts a tag before each line.
std::optional<FileDescriptor> terminal_behind(int descriptor);

}  // namespace agsweep
