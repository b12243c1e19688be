#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace agsweep {

/// Rows whose confidence lies in ((i, i + 1] / bins of the whole).
struct ConfidenceBin {
  std::int64_t rows = 0;
  double confidence = 0;  // mean; 0 without rows
  double accuracy = 0;
};

/// How far a classifier's confidence, the probability of the class that it predicts, can be believed.
struct Calibration {
  static constexpr std::size_t bin_count = 15;

  double ece =
      0;  // expected calibration error: over bins, the mean distance of accuracy and confidence, weighted by rows (Guo et al. 2017)
  double confidence_right = 0;  // mean over rows that are predicted right; 0 without any
  double confidence_wrong = 0;
  std::int64_t right = 0;  // rows
  std::int64_t wrong = 0;
  std::array<ConfidenceBin, bin_count> bins = {};  // of equal width
};

/// @param logits  [rows, classes], finite
/// @param labels  [rows]
Calibration calibration_of(std::span<const float> logits, std::span<const std::uint8_t> labels);

/// The largest of a row's softmax, in double. @param logits  [classes]
double confidence_of(std::span<const float> logits);

}  // namespace agsweep
