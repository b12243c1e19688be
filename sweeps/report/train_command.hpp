#pragma once

#include <string>

#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// The command line that trains a trial's configuration by itself, at full length, for a POSIX shell. What stands for its corpus is the
/// path that the trial recorded, or data.h5.
std::string train_command(const ReportedSweep& sweep, const TrialResults& trial);

}  // namespace agsweep
