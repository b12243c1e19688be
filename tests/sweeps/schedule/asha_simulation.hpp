#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {

/// What a trial will do, whenever it runs.
struct SimulatedTrial {
  std::vector<double> scores;  // [epochs]
  double seconds = 1;          // an epoch takes
  double delay = 0;            // seconds from an epoch's end to the scheduler's answer
  std::int64_t fails_in = 0;   // this epoch fails instead of reporting; 0: none
  double fails_after = 1;      // fraction of that epoch's time; 0: as soon as it begins
};

/// What the coordinator of a sweep would log, in its order.
struct SimulatedEvent {
  enum class Kind { begin, report, promote, fail } kind;
  double time = 0;  // seconds from the start
  std::int64_t trial = 0;
  std::int64_t epoch = 0;            // begin: 0; report: the one that ended; promote: the rung's; fail: the last that was reported
  double score = 0;                  // of a report
  Verdict verdict = Verdict::go_on;  // on a report
  bool complete = false;             // a report of the last epoch
};

/// Runs a sweep by discrete events on a virtual clock. A free worker takes what is promotable, else begins the next trial, else waits;
/// once no trial runs it takes what is last_promotable.
std::vector<SimulatedEvent> simulate_sweep(Scheduler& scheduler, const std::vector<SimulatedTrial>& trials, std::int64_t workers);

/// The complete trial that has the best score, of equals the lowest.
std::optional<std::int64_t> best_complete(const std::vector<SimulatedEvent>& events, const std::vector<SimulatedTrial>& trials);

}  // namespace agsweep
