#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_words.hpp"
#include "sweeps/space/parameter.hpp"

namespace agsweep {

/// What every file, table and page calls a trial's state; one that has not begun is pending.
///   paused    waits for the scheduler, which may let it go on
///   complete  has come to its own end: its schedule's, or an earlier one by its own options (patience, max_steps)
///   pruned    ended by the scheduler
enum class TrialPhase { running, paused, complete, pruned, failed };
template <>
inline constexpr auto enum_words<TrialPhase> = std::to_array<std::string_view>({"running", "paused", "complete", "pruned", "failed"});

/// Where in logical time a trial began or went on: each worker trains an epoch in one unit of time.
struct LogicalStart {
  std::int64_t worker = -1;  // -1: not known (yet)
  std::int64_t time = 0;
  std::int64_t epoch = 0;  // that the trial had behind it

  bool operator==(const LogicalStart&) const = default;
};

/// A configuration under one seed: what one RUN/ trains.
struct SweepTrial {
  Point point;
  std::int64_t configuration = 0;  // -1, -2, .. of those that somebody asked for
  std::int64_t seed = 0;
  TrialPhase phase = TrialPhase::running;
  std::vector<double> values = {};  // the metric after epoch 1, 2, ..
  std::int64_t best_epoch = 0;      // the earliest with the best value; 0: no epoch yet
  std::int64_t retries = 0;         // that were used
  std::string error = {};           // of a failed one
  LogicalStart start = {};          // the last one
  std::string began = {};           // when: UTC, as the journal has it
  bool stopped = false;             // somebody asked for its end; it may have no epoch

  std::int64_t epochs() const { return static_cast<std::int64_t>(values.size()); }
  /// Of best_epoch > 0.
  double value() const { return values.at(static_cast<std::size_t>(best_epoch - 1)); }
  /// In logical time, the end of its last epoch.
  std::int64_t time() const { return start.time + epochs() - start.epoch; }
  bool ended() const { return phase != TrialPhase::running && phase != TrialPhase::paused; }
};

}  // namespace agsweep
