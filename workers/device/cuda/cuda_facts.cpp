#include "workers/device/cuda/cuda_facts.hpp"

#include <fstream>
#include <sstream>

#include <cuda_runtime_api.h>
#include <fmt/format.h>
#include <nccl.h>

#include "workers/device/cuda/check_cuda.hpp"
#include "workers/device/cuda/device_peaks.hpp"

namespace agsweep {

namespace {

/// As nvidia-smi prints it: GPU-12345678-9abc-...
std::string uuid_text(const cudaUUID_t& uuid) {
  std::string text = "GPU";
  for (std::size_t i = 0; i < sizeof uuid.bytes; ++i) {
    const bool starts_group = i == 0 || i == 4 || i == 6 || i == 8 || i == 10;
    text += fmt::format("{}{:02x}", starts_group ? "-" : "", static_cast<unsigned char>(uuid.bytes[i]));
  }
  return text;
}

std::string cuda_version_text(int version) { return fmt::format("{}.{}", version / 1000, version % 1000 / 10); }

}  // namespace

int cuda_device_count() {
  int count = 0;
  const cudaError_t result = cudaGetDeviceCount(&count);
  if (result == cudaErrorNoDevice) {
    cudaGetLastError();
    return 0;
  }
  if (result != cudaSuccess) throw RunTimeError("cudaGetDeviceCount: {} ({})", cudaGetErrorString(result), cudaGetErrorName(result));
  return count;
}

DeviceFacts cuda_device_facts(int device) {
  cudaDeviceProp properties{};
  check_cuda(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties", device);
  const DevicePeaks peaks = device_peaks(properties.name);
  return {.name = properties.name,
          .uuid = uuid_text(properties.uuid),
          .capability = properties.major * 10 + properties.minor,
          .memory = static_cast<std::int64_t>(properties.totalGlobalMem),
          .peak_bf16_flops = peaks.bf16,
          .peak_fp32_flops = peaks.fp32};
}

std::vector<std::pair<std::string, std::string>> cuda_versions() {
  int supported = 0;  // by the driver
  int runtime = 0;
  int nccl = 0;
  cudaDriverGetVersion(&supported);
  cudaRuntimeGetVersion(&runtime);
  ncclGetVersion(&nccl);

  std::ifstream file("/proc/driver/nvidia/version");  // some containers have none
  std::string words;
  std::getline(file, words);
  std::string driver = driver_version(words);
  if (driver.empty()) driver = "for CUDA " + cuda_version_text(supported);
  return {{"driver", driver},
          {"cuda", cuda_version_text(runtime)},
          {"nccl", fmt::format("{}.{}.{}", nccl / 10000, nccl % 10000 / 100, nccl % 100)}};
}

std::string driver_version(const std::string& words) {
  std::istringstream in(words);
  for (std::string word; in >> word;) {
    if (word.find('.') != std::string::npos && word.find_first_not_of("0123456789.") == std::string::npos) return word;
  }
  return {};
}

}  // namespace agsweep
