#include "workers/metrics/calibration.hpp"

#include <algorithm>  // std::max_element, std::clamp
#include <cmath>      // std::exp, std::ceil

namespace agsweep {

double confidence_of(std::span<const float> logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - largest);
  return 1 / sum;
}

Calibration calibration_of(std::span<const float> logits, std::span<const std::uint8_t> labels) {
  Calibration calibration;
  if (labels.empty()) return calibration;
  const std::size_t classes = logits.size() / labels.size();
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const auto own = logits.subspan(row * classes, classes);
    const double confidence = confidence_of(own);
    const bool right = std::max_element(own.begin(), own.end()) - own.begin() == labels[row];
    const double place = std::ceil(confidence * Calibration::bin_count) - 1;
    ConfidenceBin& bin = calibration.bins[static_cast<std::size_t>(std::clamp(place, 0.0, Calibration::bin_count - 1.0))];
    ++bin.rows;
    bin.confidence += confidence;
    bin.accuracy += right ? 1 : 0;
    ++(right ? calibration.right : calibration.wrong);
    (right ? calibration.confidence_right : calibration.confidence_wrong) += confidence;
  }
  for (ConfidenceBin& bin : calibration.bins) {
    if (bin.rows == 0) continue;
    calibration.ece += std::abs(bin.accuracy - bin.confidence) / static_cast<double>(labels.size());
    bin.confidence /= static_cast<double>(bin.rows);
    bin.accuracy /= static_cast<double>(bin.rows);
  }
  if (calibration.right > 0) calibration.confidence_right /= static_cast<double>(calibration.right);
  if (calibration.wrong > 0) calibration.confidence_wrong /= static_cast<double>(calibration.wrong);
  return calibration;
}

}  // namespace agsweep
