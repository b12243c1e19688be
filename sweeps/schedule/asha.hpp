#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sweeps/schedule/ranking.hpp"
#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {

/// The epochs after which ASHA compares trials: min_epochs * eta^k for k = 0, 1, .. below `epochs`, then `epochs` itself.
///
/// In integers alone: a rung count from logarithms in doubles is off by one for 243 epochs and eta 3.
/// @param min_epochs  1 to epochs
/// @param eta         2 or more
/// @param epochs      the length of each trial's schedule
/// @return ascending, at least one; the last is where a trial is complete
/// @throws UsageError for numbers outside those ranges
std::vector<std::int64_t> asha_rungs(std::int64_t min_epochs, std::int64_t eta, std::int64_t epochs);

/// Asynchronous successive halving in its promotion form: Li et al. 2020, "A System for Massively Parallel Hyperparameter Tuning" (MLSys).
///
/// A trial that reports at a rung's epoch leaves a record there: its best score up to that epoch. Of a rung's n records the best
/// floor(n / eta) may go on. A trial among them goes on at once, any other is paused until later records lift it among them. As in the
/// paper, a trial that has gone on stays so when better ones come, so more than floor(n / eta) may have gone on in the end.
/// A trial that its own options end early (patience) leaves its best score at each rung above, too: it will not get better. Without that,
/// rungs that few reach would let none go on, and a bad trial that gave up would stand as the sweep's only complete one.
/// A failed trial's records are taken away; a pruned one's stay. Every call takes O(log trials + rungs).
class AshaScheduler final : public Scheduler {
 public:
  /// @param rungs  as asha_rungs gives them; the last is where a trial is complete
  /// @param eta    2 or more
  AshaScheduler(const std::vector<std::int64_t>& rungs, std::int64_t eta);

  /// @throws DataError for a trial that is paused, or an epoch that is not its next
  Verdict report(std::int64_t trial, std::int64_t epoch, double score) override;
  /// The best of the highest rung that has one.
  std::optional<std::int64_t> promotable() const override;
  /// The best of those that wait in the highest rung where one does, unless a complete trial's record is better there.
  std::optional<std::int64_t> last_promotable() const override;
  /// @throws DataError for a trial that is not paused
  void promote(std::int64_t trial) override;
  void complete(std::int64_t trial) override;
  void retire(std::int64_t trial, bool failed) override;

 private:
  struct Rung {
    std::int64_t epoch;
    Ranking records;
    SortedRecords paused = {};    // those of the records whose trial waits here
    SortedRecords complete = {};  // those whose trial is complete
  };
  struct Trial {
    std::int64_t epoch = 0;  // the last one that reported
    double best = 0;         // of all epochs so far
    bool paused = false;     // at the last of its rungs
    bool complete = false;
    std::vector<double> scores = {};  // at each rung so far; of a complete trial at all
  };

  void leave_record(std::int64_t number, Trial& trial);

  std::int64_t epochs_;
  std::vector<Rung> rungs_;                         // all but the last, which nobody leaves
  std::unordered_map<std::int64_t, Trial> trials_;  // those that run, are paused or complete
};

}  // namespace agsweep
