#include <algorithm>  // std::fill_n, std::max_element
#include <cmath>

#include "workers/kernels/cpu/cpu_kernels.hpp"

namespace agsweep {

void CpuKernels::cross_entropy(const CrossEntropy& pass) {
  const std::int64_t classes = pass.classes;
  double sum = 0;
  if (pass.confusion != nullptr) std::fill_n(pass.confusion, classes * classes, 0);
  for (std::size_t row = 0; row < pass.labels.size(); ++row) {
    const float* x = pass.logits + static_cast<std::int64_t>(row) * classes;
    const std::int64_t label = pass.labels[row];
    const std::int64_t predicted = predicted_class({x, static_cast<std::size_t>(classes)});
    const double largest = x[predicted];
    double partition = 0;
    double mean = 0;
    for (std::int64_t c = 0; c < classes; ++c) {
      partition += std::exp(x[c] - largest);
      mean += x[c] / static_cast<double>(classes);
    }
    const double log_partition = largest + std::log(partition);
    sum += pass.scale * (log_partition - (1 - pass.smoothing) * x[label] - pass.smoothing * mean);
    if (pass.confusion != nullptr) ++pass.confusion[label * classes + predicted];
    if (pass.d_logits == nullptr) continue;
    for (std::int64_t c = 0; c < classes; ++c) {
      const double target = pass.smoothing / static_cast<double>(classes) + (c == label ? 1 - pass.smoothing : 0);
      pass.d_logits[static_cast<std::int64_t>(row) * classes + c] =
          static_cast<float>(pass.scale * (std::exp(x[c] - log_partition) - target));
    }
  }
  *pass.loss = sum;
}

}  // namespace agsweep
