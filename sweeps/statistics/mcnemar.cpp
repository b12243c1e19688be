#include "sweeps/statistics/mcnemar.hpp"

#include <algorithm>  // std::min

#include <boost/math/distributions/binomial.hpp>

namespace agsweep {

double mcnemar_p(std::int64_t only_first, std::int64_t only_second) {
  const std::int64_t rows = only_first + only_second;
  if (rows == 0) return 1;
  const boost::math::binomial coin(static_cast<double>(rows), 0.5);
  return std::min(1.0, 2 * boost::math::cdf(coin, static_cast<double>(std::min(only_first, only_second))));
}

}  // namespace agsweep
