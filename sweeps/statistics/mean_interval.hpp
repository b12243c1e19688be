#pragma once

#include <optional>
#include <span>

namespace agsweep {

struct MeanInterval {
  double mean = 0;
  std::optional<double> half_width;  // of the 95 % interval around the mean; none for a single value
};

/// The mean over seeds with Student's t interval (Student 1908): mean +- t(0.975, n - 1) * s / sqrt(n), s with n - 1 in the denominator.
/// @param values  finite, at least one
MeanInterval mean_interval(std::span<const double> values);

}  // namespace agsweep
