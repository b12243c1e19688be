#pragma once

#include <optional>
#include <string>

#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// How many epochs the learning rate rises for: the longest among the trials that have a value. None where their options or their number of
/// training rows are not recorded.
std::optional<double> warmup_epochs(const ReportedSweep& sweep);

/// A sentence on values after so many epochs where the rate is still rising then; empty where it is not, or not known.
std::string warmup_warning(const ReportedSweep& sweep, std::int64_t epoch);

}  // namespace agsweep
