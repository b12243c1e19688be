#include "sweeps/statistics/bca_interval.hpp"

#include <algorithm>  // std::sort, std::lower_bound, std::upper_bound, std::all_of
#include <cmath>
#include <numeric>  // std::accumulate

#include <boost/math/distributions/normal.hpp>

#include "base/philox.hpp"

namespace agsweep {

namespace {

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double normal_quantile(double probability) { return boost::math::quantile(boost::math::normal(), probability); }
double normal_share(double value) { return boost::math::cdf(boost::math::normal(), value); }

/// Linear between the sorted values. @param share  in [0, 1]
double percentile(std::span<const double> sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (sorted[above] - sorted[below]) * (place - static_cast<double>(below));
}

/// Of the mean, from the means that leave a value out: how its standard error changes with it.
double acceleration(std::span<const double> values, double mean) {
  const auto count = static_cast<double>(values.size());
  double squares = 0;
  double cubes = 0;
  for (const double value : values) {
    const double influence = (value - mean) / count;
    squares += influence * influence;
    cubes += influence * influence * influence;
  }
  return cubes / (6 * std::pow(squares, 1.5));
}

}  // namespace

std::vector<double> resampled_means(std::span<const double> values, std::size_t resamples, std::uint64_t seed) {
  PhiloxStream random(seed, 0);
  std::vector<double> means(resamples);
  for (double& mean : means) {
    for (std::size_t i = 0; i < values.size(); ++i) mean += values[random.below(static_cast<std::uint32_t>(values.size()))];
    mean /= static_cast<double>(values.size());
  }
  return means;
}

Interval bca_interval(std::span<const double> values, std::span<const double> means) {
  if (std::all_of(values.begin(), values.end(), [&](double value) { return value == values[0]; })) return {values[0], values[0]};
  const double mean = mean_of(values);
  std::vector<double> sorted(means.begin(), means.end());
  std::sort(sorted.begin(), sorted.end());
  const auto below = std::lower_bound(sorted.begin(), sorted.end(), mean) - sorted.begin();
  const auto up_to = std::upper_bound(sorted.begin(), sorted.end(), mean) - sorted.begin();
  const double share = static_cast<double>(below + up_to) / (2 * static_cast<double>(sorted.size()));
  if (share == 0 || share == 1) return {sorted.front(), sorted.back()};  // the bias is beyond any quantile
  const double bias = normal_quantile(share);
  const double accelerated = acceleration(values, mean);
  const auto end = [&](double probability) {
    const double shifted = bias + normal_quantile(probability);
    return percentile(sorted, normal_share(bias + shifted / (1 - accelerated * shifted)));
  };
  return {end(0.025), end(0.975)};
}

}  // namespace agsweep
