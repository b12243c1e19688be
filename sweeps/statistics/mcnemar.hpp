#pragma once

#include <cstdint>

namespace agsweep {

/// McNemar's exact test, two-sided: whether two classifiers are right on the same rows equally often. Binomial, without the mid-p
/// correction.
/// @param only_first   rows that the first alone has right
/// @param only_second  rows that the second alone has right
/// @return 1 where there are none of either
double mcnemar_p(std::int64_t only_first, std::int64_t only_second);

}  // namespace agsweep
