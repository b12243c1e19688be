#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "sweeps/state/sweep_site.hpp"  // TrialFacts
#include "sweeps/state/sweep_state.hpp"

namespace agsweep {

/// Of a trial's folder as it stands; a missing or damaged result.json gives none.
TrialFacts read_trial_facts(const std::filesystem::path& folder);

/// SWEEP/results.csv, written whole or not at all: trial,state,value, a column a parameter,
/// seed,epochs,best_epoch,seconds,config_hash,error.
/// @throws RunTimeError
void write_results(const std::filesystem::path& sweep, const SweepState& state, const std::map<std::int64_t, TrialFacts>& facts);

}  // namespace agsweep
