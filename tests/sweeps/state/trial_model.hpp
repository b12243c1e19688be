#pragma once

#include <cmath>  // std::round
#include <cstdint>

#include "base/philox.hpp"
#include "sweeps/state/sweep_state.hpp"

namespace agsweep::testing_support {

/// What is to be swept, and what its trials do: a function of configuration, seed and epoch alone, whoever trains them.
struct SimulatedSweep {
  SweepSpec spec;
  std::int64_t epochs = 4;
  std::int64_t workers = 4;
  bool deterministic = true;
  double failures = 0;      // the share of epochs that fail; half of them may be retried, and some succeed then
  double early_ends = 0;    // the share of trials that patience ends
  std::uint64_t model = 1;  // draws values, failures and early ends
};

/// What trials do.
class TrialModel {
 public:
  enum class Outcome { reports, fails, fails_for_good };

  explicit TrialModel(const SimulatedSweep& sweep) : sweep_(sweep) {}

  /// Grows with the epoch; rounded, so that there are ties.
  double value(const SweepTrial& trial, std::int64_t epoch) const {
    const double ceiling = draw(trial, 0, 0);
    return std::round(20 * (ceiling * (1 - 0.7 / static_cast<double>(epoch)) + 0.2 * draw(trial, epoch, 1))) / 20;
  }

  Outcome outcome(const SweepTrial& trial, std::int64_t epoch) const {
    if (sweep_.failures == 0 || draw(trial, epoch, 2 + trial.retries) >= sweep_.failures) return Outcome::reports;
    return draw(trial, epoch, 100) < 0.5 ? Outcome::fails : Outcome::fails_for_good;
  }

  /// Whether a trial has trained all that it will.
  bool at_end(const SweepTrial& trial, std::int64_t epoch) const {
    if (epoch >= sweep_.epochs) return true;
    return sweep_.early_ends > 0 && epoch >= 2 && draw(trial, 0, 200) < sweep_.early_ends && draw(trial, epoch, 201) < 0.5;
  }

 private:
  double draw(const SweepTrial& trial, std::int64_t epoch, std::int64_t what) const {
    const auto number = static_cast<std::uint64_t>(((trial.configuration * 100 + trial.seed) * 100 + epoch) * 1000 + what);
    return PhiloxStream(sweep_.model, number).next_unit();
  }

  const SimulatedSweep& sweep_;
};

}  // namespace agsweep::testing_support
