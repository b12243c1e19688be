#include "sweeps/report/epoch_groups.hpp"

#include <algorithm>   // std::min
#include <functional>  // std::greater
#include <map>

#include <fmt/format.h>

#include "sweeps/report/value_text.hpp"

namespace agsweep {

std::string EpochGroup::label() const { return least == most ? counted(least, "epoch") : fmt::format("{}-{} epochs", least, most); }

std::vector<EpochGroup> epoch_groups(std::span<const TrialResults* const> trials, std::size_t limit) {
  std::map<std::int64_t, std::vector<const TrialResults*>, std::greater<>> by_epochs;
  for (const TrialResults* trial : trials) by_epochs[trial->trial.epochs()].push_back(trial);

  const std::size_t groups = std::min(limit, by_epochs.size());
  std::vector<EpochGroup> all(groups);
  std::size_t number = 0;
  for (auto& [epochs, same] : by_epochs) {
    EpochGroup& group = all[number * groups / by_epochs.size()];
    if (group.trials.empty()) group.most = epochs;
    group.least = epochs;
    group.trials.insert(group.trials.end(), same.begin(), same.end());
    ++number;
  }
  return all;
}

}  // namespace agsweep
