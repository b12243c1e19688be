#include "workers/kernels/cross_entropy.hpp"

#include <algorithm>  // std::max_element
#include <cmath>

namespace agsweep {

double cross_entropy(const float* logits, std::span<const std::int32_t> labels, std::int64_t classes, double smoothing, double scale,
                     float* d_logits) {
  double sum = 0;
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const float* x = logits + static_cast<std::int64_t>(row) * classes;
    const double largest = *std::max_element(x, x + classes);
    double partition = 0;
    double mean = 0;
    for (std::int64_t c = 0; c < classes; ++c) {
      partition += std::exp(x[c] - largest);
      mean += x[c] / static_cast<double>(classes);
    }
    const double log_partition = largest + std::log(partition);
    sum += scale * (log_partition - (1 - smoothing) * x[labels[row]] - smoothing * mean);
    if (d_logits == nullptr) continue;
    for (std::int64_t c = 0; c < classes; ++c) {
      const double target = smoothing / static_cast<double>(classes) + (c == labels[row] ? 1 - smoothing : 0);
      d_logits[static_cast<std::int64_t>(row) * classes + c] = static_cast<float>(scale * (std::exp(x[c] - log_partition) - target));
    }
  }
  return sum;
}

std::int64_t predicted_class(std::span<const float> logits) { return std::max_element(logits.begin(), logits.end()) - logits.begin(); }

}  // namespace agsweep
