#include "workers/metrics/metrics.hpp"

#include <algorithm>  // std::ranges::max
#include <cmath>

#include "workers/metrics/calibration.hpp"  // confidence_of

namespace agsweep {

namespace {

/// Nothing of nothing counts as 0, as scikit-learn's zero_division=0.
double fraction(std::int64_t part, std::int64_t whole) { return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole); }

ClassMetrics class_metrics(const ConfusionMatrix& confusion, std::size_t label) {
  std::int64_t support = 0, predicted = 0;
  for (std::size_t other = 0; other < confusion.classes(); ++other) {
    support += confusion.at(label, other);
    predicted += confusion.at(other, label);
  }
  const std::int64_t hits = confusion.at(label, label);
  return {.precision = fraction(hits, predicted),
          .recall = fraction(hits, support),
          .f1 = fraction(2 * hits, support + predicted),
          .support = support,
          .predicted = predicted};
}

/// In double. @param logits  [classes], finite
double cross_entropy(std::span<const float> logits, std::size_t label) {
  const double highest = std::ranges::max(logits);
  return highest - logits[label] - std::log(confidence_of(logits));
}

}  // namespace

Metrics metrics_of(const ConfusionMatrix& confusion, double loss) {
  Metrics metrics;
  metrics.loss = loss;
  std::int64_t rows = 0, hits = 0;
  double occurring = 0;  // classes that are some row's, or some prediction: those of scikit-learn's averages
  for (std::size_t label = 0; label < confusion.classes(); ++label) {
    const ClassMetrics one = class_metrics(confusion, label);
    rows += one.support;
    if (one.support + one.predicted > 0) ++occurring;
    hits += confusion.at(label, label);
    metrics.f1_macro += one.f1;
    metrics.f1_weighted += one.f1 * static_cast<double>(one.support);
    metrics.precision_macro += one.precision;
    metrics.recall_macro += one.recall;
    metrics.per_class.push_back(one);
    const auto row = confusion.counts().subspan(label * confusion.classes(), confusion.classes());
    metrics.confusion.emplace_back(row.begin(), row.end());
  }
  metrics.accuracy = fraction(hits, rows);
  if (rows > 0) metrics.f1_weighted /= static_cast<double>(rows);
  if (occurring > 0) {
    metrics.f1_macro /= occurring;
    metrics.precision_macro /= occurring;
    metrics.recall_macro /= occurring;
  }
  return metrics;
}

double metric_value(const Metrics& metrics, Metric metric) {
  switch (metric) {
    case Metric::loss:
      return metrics.loss;
    case Metric::accuracy:
      return metrics.accuracy;
    case Metric::f1_macro:
      return metrics.f1_macro;
    case Metric::f1_weighted:
      return metrics.f1_weighted;
    case Metric::precision_macro:
      return metrics.precision_macro;
    case Metric::recall_macro:
      break;
  }
  return metrics.recall_macro;
}

std::optional<double> loss_standard_error(std::span<const float> logits, std::span<const std::uint8_t> labels) {
  if (labels.empty()) return std::nullopt;
  const std::size_t classes = logits.size() / labels.size();
  double mean = 0, squares = 0, rows = 0;  // Welford's
  for (std::size_t row = 0; row < labels.size(); ++row) {
    const double loss = cross_entropy(logits.subspan(row * classes, classes), labels[row]);
    const double off = loss - mean;
    mean += off / ++rows;
    squares += off * (loss - mean);
  }
  return std::sqrt(squares) / rows;
}

}  // namespace agsweep
