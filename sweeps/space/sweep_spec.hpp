#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_words.hpp"
#include "base/metric.hpp"
#include "sweeps/space/parameter.hpp"

namespace agsweep {

enum class SamplerKind { grid, random, sobol, tpe };
template <>
inline constexpr auto enum_words<SamplerKind> = std::to_array<std::string_view>({"grid", "random", "sobol", "tpe"});

/// Whether a sampler draws a configuration by what earlier trials have given: then none is known ahead, and one seed alone goes with it.
constexpr bool looks_back(SamplerKind sampler) { return sampler == SamplerKind::tpe; }

enum class SchedulerKind { none, median, asha };
template <>
inline constexpr auto enum_words<SchedulerKind> = std::to_array<std::string_view>({"none", "median", "asha"});

/// [scheduler] of a spec.
struct SchedulerSpec {
  SchedulerKind kind = SchedulerKind::none;
  std::int64_t eta = 3;         // ASHA: a rung's best 1/eta go on; 2 or more
  std::int64_t min_epochs = 1;  // ASHA's first rung; median judges no trial before it
};

/// A key of [fixed].
struct FixedOption {
  std::string key;
  ParameterValue value;
  std::string origin;  // "sweep.toml:12:1: lr", for errors
};

/// sweep.toml, checked.
struct SweepSpec {
  std::string name;
  std::string model;
  Metric metric = default_metric;
  SamplerKind sampler = SamplerKind::sobol;
  std::int64_t sampler_seed = 42;  // unless given, the first of seeds
  std::int64_t trials = 0;         // configurations, those of [[trial]] among them; for grid the product of the space
  std::vector<std::int64_t> seeds = {42};
  std::int64_t retries = 0;
  std::int64_t keep = 3;  // how many trials, best first, keep their weights; -1: all
  double hours = 0;       // the time budget of each process that works on it; 0: none
  std::vector<FixedOption> fixed = {};
  SearchSpace space = {};
  SchedulerSpec scheduler = {};
  std::vector<Point> first_trials = {};  // [[trial]], run before the sampler's; numbers may lie outside the space's bounds
  // Of `parts` folders that do the sweep together, each for itself, this one has the configurations i with i mod parts = part.
  std::int64_t part = 0;
  std::int64_t parts = 1;

  bool has(std::int64_t configuration) const { return configuration % parts == part; }
  /// How many configurations this folder has.
  std::int64_t own_trials() const { return (trials - part + parts - 1) / parts; }
};

}  // namespace agsweep
