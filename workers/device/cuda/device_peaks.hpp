#pragma once

#include <string_view>

namespace agsweep {

/// What a card's maker states, in operations a second; 0: not known.
struct DevicePeaks {
  double bf16 = 0;  // tensor cores, dense, summed in fp32
  double fp32 = 0;  // without tensor cores
};

/// @param name  as the driver gives it: "NVIDIA H100 80GB HBM3"
DevicePeaks device_peaks(std::string_view name);

}  // namespace agsweep
