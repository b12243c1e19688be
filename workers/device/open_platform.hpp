#pragma once

#include <string>

#include "workers/device/device_platform.hpp"

namespace agsweep {

/// The machine's devices, or why there are none that this process can use.
struct OpenedPlatform {
  DevicePlatform* platform = nullptr;  // the process's; null: none
  std::string reason;                  // why none, in words that a user can act on
};

/// What is opened, by name or path: a file of that name beside the program, then the places where the loader looks.
struct PlatformLibraries {
  std::string driver = "libcuda.so.1";
  std::string torch = "libtorch_cuda.so";
  std::string own = "libagsweep_cuda.so";
};

/// Looks for a driver first, and opens the CUDA libraries (half a second, 400 MB) only where it has a device. Call before any use of ATen
/// by a command that may compute on a device: ATen asks once whether CUDA is there. What is opened stays open.
OpenedPlatform open_platform(const PlatformLibraries& libraries = {});

}  // namespace agsweep
