#pragma once

#include <string>
#include <utility>  // std::pair
#include <vector>

#include "workers/device/device_platform.hpp"

namespace agsweep {

/// How many devices the process sees: the driver's, or those that CUDA_VISIBLE_DEVICES names.
int cuda_device_count();

DeviceFacts cuda_device_facts(int device);

/// driver (the machine's), cuda (the loaded runtime's), nccl.
std::vector<std::pair<std::string, std::string>> cuda_versions();

/// The version in the driver's own words, "580.159.03", or nothing where there is none: "NVRM version: NVIDIA UNIX ...  580.159.03  ..."
std::string driver_version(const std::string& words);

}  // namespace agsweep
