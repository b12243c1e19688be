#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"
#include "sweeps/aggregate/data_table.hpp"
#include "sweeps/aggregate/sweep_results.hpp"
#include "sweeps/aggregate/trial_ranking.hpp"

namespace agsweep {

/// The keys of the sweeps' spaces, each once, in the order of the sweeps and in each of its file.
std::vector<std::string> parameter_keys(std::span<const SweepResults> sweeps, std::span<const std::size_t> which);

/// A trial's value of an option: of its sweep's [space], else of [fixed]; blank where neither has it.
Cell parameter_cell(const SweepResults& sweep, const TrialResults& trial, std::string_view key);

/// A trial's metric, best so far where it has not ended; blank for a failed one and before the first epoch.
std::optional<double> value_of(const SweepTrial& trial);

/// A trial in the order of its ranking.
struct PlacedTrial {
  TrialRef ref;
  std::int64_t rank = 0;                               // from 1; 0: not ranked
  const RankedConfiguration* configuration = nullptr;  // that it counts for; null: none
};
std::vector<PlacedTrial> placed_trials(const TrialRanking& ranking);

/// A measured number with 9 significant digits. @param number  finite
double significant(double number);

/// {"lr": 0.001, "lora_rank": 8}: a trial's values, in the types of the spec.
nlohmann::ordered_json parameters_json(const TrialResults& trial);

}  // namespace agsweep
