#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sweeps/space/sweep_spec.hpp"
#include "sweeps/state/sweep_trial.hpp"

namespace agsweep {

/// What a sweep will still train, and how long that takes: times are in units of an epoch's.
struct Forecast {
  double epochs = 0;  // of all trials; the mean of the simulated sweeps
  double least = 0;   // of them
  double most = 0;
  double time = 0;  // until the last trial has ended; the mean
};

/// Where a sweep stands.
struct ForecastStart {
  std::span<const SweepTrial> trials;
  std::int64_t pending = 0;            // not begun
  std::int64_t at_once = 1;            // trials that train at the same time
  std::vector<double> under_way = {};  // by trial, the part of its epoch under way that is done; none: 0
};

/// Lets a sweep go on several times as its scheduler will have it if a trial's place among the others stays what it was after its first
/// rung; that of a trial which has not come so far is random. No trial fails or ends early. The same arguments give the same.
/// @param epochs  of a trial's schedule
Forecast forecast(const SweepSpec& spec, std::int64_t epochs, const ForecastStart& start);

}  // namespace agsweep
