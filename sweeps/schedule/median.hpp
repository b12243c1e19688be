#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "sweeps/schedule/ranking.hpp"
#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {

/// The median stopping rule as Optuna's MedianPruner has it (n_startup_trials 5, n_warmup_steps min_epochs, a step an epoch): a trial stops
/// where its best score so far is below the median of the scores that complete trials had at this very epoch. The last epoch stops none.
///
/// Golovin et al. 2017, "Google Vizier", compares with the median of running averages instead.
/// A call takes O(log trials), the last epoch's O(epochs log trials).
class MedianScheduler final : public Scheduler {
 public:
  /// @param min_epochs  the first epoch that is judged
  MedianScheduler(std::int64_t min_epochs, std::int64_t epochs) : min_epochs_(min_epochs), epochs_(epochs) {}

  /// @throws DataError for an epoch that is not the trial's next
  Verdict report(std::int64_t trial, std::int64_t epoch, double score) override;
  std::optional<std::int64_t> promotable() const override { return std::nullopt; }
  std::optional<std::int64_t> last_promotable() const override { return std::nullopt; }
  /// @throws DataError: no trial is ever paused
  void promote(std::int64_t trial) override;
  void complete(std::int64_t trial) override;
  void retire(std::int64_t trial, bool failed) override;

 private:
  struct Trial {
    double best = 0;
    std::vector<double> scores = {};  // of each epoch so far
    bool complete = false;
  };

  std::int64_t min_epochs_;
  std::int64_t epochs_;
  std::unordered_map<std::int64_t, Trial> trials_;  // those that run or are complete
  std::vector<Ranking> complete_;                   // the complete trials' scores at each epoch that one has trained
};

}  // namespace agsweep
