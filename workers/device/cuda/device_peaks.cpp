#include "workers/device/cuda/device_peaks.hpp"

#include <array>

namespace agsweep {

namespace {

struct Card {
  std::string_view name;  // part of the driver's
  double bf16, fp32;      // 1e12 operations a second
};

// NVIDIA's data sheets (nvidia.com/en-us/data-center/<card>, for GeForce and RTX the architecture's white paper). Where a sheet gives the
// rate with sparsity, half of it. The first that fits counts, so a variant stands before the plain name.
constexpr std::array cards = {
    Card{"GB200", 2500, 80},           Card{"B200", 2250, 75},         Card{"B100", 1750, 60},        Card{"H200 NVL", 835.5, 60},
    Card{"GH200", 989.4, 66.9},        Card{"H200", 989.4, 66.9},      Card{"H100 NVL", 835.5, 60},   Card{"H100 PCIe", 756.5, 51.2},
    Card{"H100", 989.4, 66.9},         Card{"H800 PCIe", 756.5, 51.2}, Card{"H800", 989.4, 66.9},     Card{"H20", 148, 44},
    Card{"A100", 312, 19.5},           Card{"A800", 312, 19.5},        Card{"A30", 165, 10.3},        Card{"A40", 149.7, 37.4},
    Card{"L40S", 362.1, 91.6},         Card{"L40", 181.1, 90.5},       Card{"L4", 121, 30.3},         Card{"RTX A6000", 154.8, 38.7},
    Card{"RTX 6000 Ada", 364.2, 91.1}, Card{"RTX 5090", 209.5, 104.8}, Card{"RTX 4090", 165.2, 82.6}, Card{"RTX 3090", 71, 35.6},
};

}  // namespace

DevicePeaks device_peaks(std::string_view name) {
  for (const Card& card : cards) {
    if (name.find(card.name) != std::string_view::npos) return {.bf16 = card.bf16 * 1e12, .fp32 = card.fp32 * 1e12};
  }
  return {};
}

}  // namespace agsweep
