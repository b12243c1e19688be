#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "base/json.hpp"
#include "sweeps/state/sweep_site.hpp"  // TrialFacts
#include "sweeps/state/sweep_state.hpp"

namespace agsweep {

/// Of a trial's folder as it stands; a missing or damaged result.json gives none.
TrialFacts read_trial_facts(const std::filesystem::path& folder);

/// What result.json has as `sessions`: those of the trial's last result.json, and one that begins now. The last one's end is result.json's.
/// @param group  that trains the trial now  @param host  of its leader  @param ranks  of the group  @param epochs  that the trial has
/// behind it
nlohmann::json trial_sessions(const std::filesystem::path& folder, int group, const std::string& host, int ranks, std::int64_t epochs);

/// SWEEP/results.csv, written whole or not at all: trial,state,value, a column a parameter,
/// seed,epochs,best_epoch,seconds,config_hash,error.
/// @throws RunTimeError
void write_results(const std::filesystem::path& sweep, const SweepState& state, const std::map<std::int64_t, TrialFacts>& facts);

}  // namespace agsweep
