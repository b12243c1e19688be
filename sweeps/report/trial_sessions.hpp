#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweeps/aggregate/sweep_results.hpp"

namespace agsweep {

/// A stretch of time in which a group trained a trial.
struct TrialSession {
  std::int64_t group = 0;
  std::string host;
  std::int64_t ranks = 0;      // 0: not recorded
  std::string started, ended;  // UTC, as recorded
  double from = 0, to = 0;     // the same in seconds since 1970

  double seconds() const { return to - from; }
};

/// Those that a trial's result.json has; what is damaged is left out.
std::vector<TrialSession> sessions_of(const TrialResults& trial);

}  // namespace agsweep
