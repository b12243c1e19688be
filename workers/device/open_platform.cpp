#include "workers/device/open_platform.hpp"

#include <dlfcn.h>

#include <optional>
#include <string>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/open_library.hpp"

namespace agsweep {

namespace {

constexpr int cuda_version = 13000;  // LibTorch's; every driver from 580 on has it or a later one

std::string version_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

/// Why the driver has no device for this process; nothing: it has one.
std::optional<std::string> no_device(const std::string& driver) {
  void* const library = ::dlopen(driver.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) return fmt::format("no NVIDIA driver is found ({} cannot be opened)", driver);
  // The driver's calls: 0 is success. cuda.h is not needed to build the program.
  auto* const version_of = find_function<int(int*)>(library, "cuDriverGetVersion");
  auto* const start = find_function<int(unsigned)>(library, "cuInit");
  auto* const count_devices = find_function<int(int*)>(library, "cuDeviceGetCount");
  if (version_of == nullptr || start == nullptr || count_devices == nullptr) return fmt::format("{} is not NVIDIA's driver", driver);

  int version = 0;
  if (version_of(&version) == 0 && version < cuda_version) {
    return fmt::format("the NVIDIA driver is too old: it supports CUDA {}, and CUDA {} needs driver 580 or newer", version_text(version),
                       version_text(cuda_version));
  }
  constexpr int no_such_device = 100;  // CUDA_ERROR_NO_DEVICE
  const int started = start(0);
  if (started != 0 && started != no_such_device) {
    return fmt::format("the NVIDIA driver does not start (cuInit gives {}): see what nvidia-smi says", started);
  }
  int count = 0;
  if (started == no_such_device || count_devices(&count) != 0 || count == 0) {
    return "the NVIDIA driver shows no device: see CUDA_VISIBLE_DEVICES, and what the job was given";
  }
  return std::nullopt;
}

}  // namespace

OpenedPlatform open_platform(const PlatformLibraries& libraries) {
  if (auto reason = no_device(libraries.driver)) return {.platform = nullptr, .reason = *reason};

  // For all to see: libagsweep_cuda.so and ATen look for its symbols.
  if (open_library(libraries.torch, RTLD_GLOBAL) == nullptr) {
    return {.platform = nullptr,
            .reason = fmt::format("LibTorch's CUDA libraries are not there: run scripts/setup --cuda ({})", ::dlerror())};
  }
  void* const own = open_library(libraries.own, RTLD_LOCAL);
  if (own == nullptr) {
    return {.platform = nullptr,
            .reason = fmt::format("this build has no CUDA part, or it does not fit: build with AGSWEEP_CUDA=ON ({})", ::dlerror())};
  }
  auto* const make = find_function<DevicePlatform*()>(own, "agsweep_device_platform");
  if (make == nullptr) return {.platform = nullptr, .reason = fmt::format("{} is not of this program: {}", libraries.own, ::dlerror())};
  try {
    DevicePlatform* const platform = make();
    if (platform->count() > 0) return {.platform = platform, .reason = {}};
    return {.platform = nullptr, .reason = "CUDA shows no device, though the driver has one"};
  } catch (const Error& error) {
    return {.platform = nullptr, .reason = error.what()};
  }
}

}  // namespace agsweep
