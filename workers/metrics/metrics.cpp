#include "workers/metrics/metrics.hpp"

#include <array>
#include <utility>  // std::pair

#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/nearest_name.hpp"

namespace agsweep {

namespace {

constexpr std::array<std::pair<std::string_view, double Metrics::*>, 6> scalars = {{
    {"loss", &Metrics::loss},
    {"accuracy", &Metrics::accuracy},
    {"f1_macro", &Metrics::f1_macro},
    {"f1_weighted", &Metrics::f1_weighted},
    {"precision_macro", &Metrics::precision_macro},
    {"recall_macro", &Metrics::recall_macro},
}};

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
          .support = support};
}

}  // namespace

Metrics metrics_of(const ConfusionMatrix& confusion, double loss) {
  Metrics metrics;
  metrics.loss = loss;
  std::int64_t rows = 0, hits = 0;
  for (std::size_t label = 0; label < confusion.classes(); ++label) {
    const ClassMetrics one = class_metrics(confusion, label);
    rows += one.support;
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
  if (confusion.classes() > 0) {
    const auto classes = static_cast<double>(confusion.classes());
    metrics.f1_macro /= classes;
    metrics.precision_macro /= classes;
    metrics.recall_macro /= classes;
  }
  return metrics;
}

double metric_value(const Metrics& metrics, std::string_view name) {
  std::array<std::string_view, scalars.size()> known;
  for (std::size_t i = 0; i < scalars.size(); ++i) {
    if (scalars[i].first == name) return metrics.*scalars[i].second;
    known[i] = scalars[i].first;
  }
  const std::string nearest = nearest_name(name, known);
  if (nearest.empty()) throw UsageError("unknown metric \"{}\"; the metrics are {}", name, fmt::join(known, ", "));
  throw UsageError("unknown metric \"{}\"; did you mean \"{}\"?", name, nearest);
}

bool higher_is_better(std::string_view name) { return !name.ends_with("loss"); }

}  // namespace agsweep
