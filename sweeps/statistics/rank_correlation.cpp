#include "sweeps/statistics/rank_correlation.hpp"

#include <algorithm>  // std::clamp, std::sort
#include <cmath>
#include <cstdint>
#include <numeric>  // std::iota
#include <vector>

namespace agsweep {
namespace {

/// Ranks from 1; a run of equal values has the mean of its ranks.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin + 1;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = static_cast<double>(begin + 1 + end) / 2;
    begin = end;
  }
  return ranks;
}

/// covariance / sqrt(variance product), or none where a side does not vary.
std::optional<double> correlation(double together, double first_alone, double second_alone) {
  if (first_alone == 0 || second_alone == 0) return std::nullopt;
  return std::clamp(together / std::sqrt(first_alone * second_alone), -1.0, 1.0);
}

int sign(double value) { return (value > 0) - (value < 0); }

}  // namespace

std::optional<double> spearman(std::span<const double> first, std::span<const double> second) {
  const std::vector<double> first_ranks = ranks_of(first);
  const std::vector<double> second_ranks = ranks_of(second);
  const double mean = (static_cast<double>(first.size()) + 1) / 2;  // of the ranks, ties or not
  double products = 0;
  double first_squares = 0;
  double second_squares = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    products += (first_ranks[i] - mean) * (second_ranks[i] - mean);
    first_squares += (first_ranks[i] - mean) * (first_ranks[i] - mean);
    second_squares += (second_ranks[i] - mean) * (second_ranks[i] - mean);
  }
  return correlation(products, first_squares, second_squares);
}

std::optional<double> kendall_tau_b(std::span<const double> first, std::span<const double> second) {
  std::int64_t concordance = 0;
  std::int64_t first_untied = 0;
  std::int64_t second_untied = 0;
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int one = sign(first[i] - first[j]);
      const int other = sign(second[i] - second[j]);
      concordance += one * other;
      first_untied += one * one;
      second_untied += other * other;
    }
  }
  return correlation(static_cast<double>(concordance), static_cast<double>(first_untied), static_cast<double>(second_untied));
}

}  // namespace agsweep
