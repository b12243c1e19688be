#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sweeps/aggregate/sweep_results.hpp"
#include "sweeps/report/figure.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// Trials that trained for about as long, and so can be compared.
struct EpochGroup {
  std::int64_t least = 0;  // epochs, both bounds included
  std::int64_t most = 0;
  std::vector<const TrialResults*> trials;

  std::string label() const;  // "9 epochs", "4-8 epochs"
};

/// Splits trials by the epochs that they have run, longest first: one group a number of epochs, or where there are more than `limit` of
/// those, groups of neighbours that hold about as many different ones each.
/// @param trials  with one epoch at least
std::vector<EpochGroup> epoch_groups(std::span<const TrialResults* const> trials, std::size_t limit);

/// Each trial's value against one of its hyperparameters, on the parameter's own scale; points and colours tell the epochs that it ran.
/// @param which  the parameter's place in the space
/// @param sweep  one of its trials has a value
Figure parameter_figure(const ReportedSweep& sweep, std::size_t which);

}  // namespace agsweep
