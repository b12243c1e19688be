#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// What trials took. A device is what one rank trains on: a GPU, or a rank's threads.
struct Cost {
  std::int64_t trials = 0;
  std::int64_t epochs = 0;
  double seconds = 0;         // of all trials, each by its own clock
  double device_seconds = 0;  // times the ranks of the trial
};

/// A sweep's costs by how its trials ended, and together.
struct CostTable {
  struct Row {
    TrialPhase phase;
    Cost cost;
  };
  std::vector<Row> rows;  // of the phases that there are: complete, pruned, paused, running, failed
  Cost total;
  std::vector<std::string> devices;  // what result.json calls them, each once
  std::int64_t untimed = 0;          // trials whose time is not known: they count as nothing
};

/// A trial that went on with other ranks counts each session's for as long as it was. The ranks of one that has not recorded them count as
/// those of the first trial that has, else as one.
CostTable cost_table(const ReportedSweep& sweep);

double device_hours(const Cost& cost);

}  // namespace agsweep
