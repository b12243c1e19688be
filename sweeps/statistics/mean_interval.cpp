#include "sweeps/statistics/mean_interval.hpp"

#include <cmath>
#include <numeric>  // std::accumulate

#include <boost/math/distributions/students_t.hpp>

namespace agsweep {

MeanInterval mean_interval(std::span<const double> values) {
  const auto count = static_cast<double>(values.size());
  MeanInterval interval{.mean = std::accumulate(values.begin(), values.end(), 0.0) / count, .half_width = std::nullopt};
  if (values.size() < 2) return interval;

  double squares = 0;
  for (const double value : values) squares += (value - interval.mean) * (value - interval.mean);
  const double standard_error = std::sqrt(squares / (count - 1) / count);
  interval.half_width = boost::math::quantile(boost::math::students_t(count - 1), 0.975) * standard_error;
  return interval;
}

}  // namespace agsweep
