#include "sweeps/statistics/sampling_error.hpp"

#include <algorithm>  // std::max
#include <cmath>

namespace agsweep {

namespace {

/// A class's shares of all rows.
struct ClassShares {
  double right = 0;
  double rows = 0;       // whose class it is
  double predicted = 0;  // that were taken for it

  bool counts() const { return rows + predicted > 0; }
  double f1() const { return 2 * right / (rows + predicted); }
};

struct Shares {
  std::vector<std::vector<double>> cells;  // [true][predicted], sum 1
  std::vector<ClassShares> classes;
  double macro = 0;  // a class's weight in a macro mean
};

std::optional<Shares> shares_of(const ConfusionCounts& counts, double& rows) {
  for (const std::vector<std::int64_t>& row : counts) {
    for (const std::int64_t count : row) rows += static_cast<double>(count);
  }
  if (rows == 0) return std::nullopt;
  Shares shares{.cells = {}, .classes = std::vector<ClassShares>(counts.size())};
  for (std::size_t i = 0; i < counts.size(); ++i) {
    std::vector<double>& cells = shares.cells.emplace_back();
    for (std::size_t j = 0; j < counts.size(); ++j) {
      cells.push_back(static_cast<double>(counts[i][j]) / rows);
      shares.classes[i].rows += cells[j];
      shares.classes[j].predicted += cells[j];
    }
    shares.classes[i].right = cells[i];
  }
  double counting = 0;
  for (const ClassShares& one : shares.classes) counting += one.counts() ? 1 : 0;
  shares.macro = 1 / counting;
  return shares;
}

/// Of right / whole with a row more of both.
double slope(double right, double whole, bool more_right, bool more_whole) {
  if (whole == 0) return 0;
  return (more_right ? 1 / whole : 0) - (more_whole ? right / (whole * whole) : 0);
}

/// How the metric grows with the share of rows of class i that were taken for j.
double slope(Metric metric, const Shares& shares, std::size_t i, std::size_t j) {
  const ClassShares &truth = shares.classes[i], &taken = shares.classes[j];
  const bool right = i == j;
  // Of 2 right / (rows + predicted), in which a right row counts twice below the line.
  const auto f1_slope = [&](const ClassShares& one, bool hit) {
    const double whole = one.rows + one.predicted;
    return hit ? slope(2 * one.right, whole, true, true) * 2 : slope(2 * one.right, whole, false, true);
  };
  switch (metric) {
    case Metric::accuracy:
      return right ? 1 : 0;
    case Metric::f1_macro:
      return shares.macro * (right ? f1_slope(truth, true) : f1_slope(truth, false) + f1_slope(taken, false));
    case Metric::f1_weighted:
      return truth.f1() +
             (right ? truth.rows * f1_slope(truth, true) : truth.rows * f1_slope(truth, false) + taken.rows * f1_slope(taken, false));
    case Metric::precision_macro:
      return shares.macro * slope(taken.right, taken.predicted, right, true);
    case Metric::recall_macro:
      return shares.macro * slope(truth.right, truth.rows, right, true);
    case Metric::loss:
      break;
  }
  return 0;
}

}  // namespace

std::optional<double> sampling_error(Metric metric, const ConfusionCounts& counts) {
  double rows = 0;
  const std::optional<Shares> shares = shares_of(counts, rows);
  if (metric == Metric::loss || !shares) return std::nullopt;
  double mean = 0, square = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (std::size_t j = 0; j < counts.size(); ++j) {
      const double share = shares->cells[i][j];
      if (share == 0) continue;
      const double grows = slope(metric, *shares, i, j);
      mean += share * grows;
      square += share * grows * grows;
    }
  }
  return std::sqrt(std::max(0.0, square - mean * mean) / rows);
}

}  // namespace agsweep
