#pragma once

#include <filesystem>

namespace agsweep {

/// Where this program lies, whatever links led to it; empty where the system does not tell.
std::filesystem::path program_path();

}  // namespace agsweep
