#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/metric.hpp"

namespace agsweep {

/// Exact counts, so that ranks add them in any order: counts[true * classes + predicted].
class ConfusionMatrix {
 public:
  explicit ConfusionMatrix(std::size_t classes) : classes_(classes), counts_(classes * classes) {}
  void add(std::size_t truth, std::size_t predicted) { ++counts_[truth * classes_ + predicted]; }
  std::size_t classes() const { return classes_; }
  std::int64_t at(std::size_t truth, std::size_t predicted) const { return counts_[truth * classes_ + predicted]; }
  std::span<std::int64_t> counts() { return counts_; }  // row-major, for an all-reduce or a checkpoint
  std::span<const std::int64_t> counts() const { return counts_; }

 private:
  std::size_t classes_;
  std::vector<std::int64_t> counts_;
};

/// As scikit-learn's precision_recall_fscore_support with zero_division=0.
struct ClassMetrics {
  double precision = 0;
  double recall = 0;
  double f1 = 0;
  std::int64_t support = 0;    // rows of this true class
  std::int64_t predicted = 0;  // rows that were taken for it
};

/// A split's metrics; fractions in 0..1.
struct Metrics {
  double loss = 0;
  double accuracy = 0;
  double f1_macro = 0;
  double f1_weighted = 0;
  double precision_macro = 0;
  double recall_macro = 0;
  std::vector<ClassMetrics> per_class;
  std::vector<std::vector<std::int64_t>> confusion;  // [true][predicted]
};

/// As scikit-learn with its default labels: macro means are over the classes that some row has or some prediction is. Without any row all
/// is 0.
Metrics metrics_of(const ConfusionMatrix& confusion, double loss);

double metric_value(const Metrics& metrics, Metric metric);

/// The standard error of the mean cross-entropy that comes of the rows being a sample: their standard deviation (over n, as a bootstrap
/// over rows has it) by sqrt(n).
/// @param logits  [rows, classes], finite
/// @param labels  [rows]; nullopt for none
std::optional<double> loss_standard_error(std::span<const float> logits, std::span<const std::uint8_t> labels);

}  // namespace agsweep
