#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_words.hpp"
#include "sweeps/space/sweep_spec.hpp"

namespace agsweep {

// The published experiment: its data, its two recipes, what it reported, and the trainings that its claims take (docs/claims.md).

/// What was published of a model; fractions in 0..1.
struct PublishedResult {
  std::string_view model;
  double test_accuracy;
  double test_f1;
  double train_seconds;  // on one GPU
  std::int64_t epochs;   // that were trained
  std::int64_t best_epoch;
  double best_val_f1;
  double final_train_accuracy;
  double final_val_accuracy;
};

inline constexpr std::array<PublishedResult, 2> published_results = {{
    {"scratch", 0.9195, 0.9192, 5.95 * 60, 12, 2, 0.9217, 0.9891, 0.9022},
    {"gpt2-lora", 0.9154, 0.9153, 23.87 * 60, 10, 8, 0.9162, 0.9142, 0.9163},
}};
inline constexpr std::array<std::int64_t, 3> published_rows = {108'000, 12'000, 7'600};  // train, val, test

/// Of the searches for a rate, which no judged training may share.
inline constexpr std::int64_t tuning_seed = 1;
inline constexpr std::int64_t published_max_length = 128;  // tokens of a row

/// main: claims that the two published trainings themselves can test; all: those that take more trainings too.
enum class ClaimScope { main, all };
template <>
inline constexpr auto enum_words<ClaimScope> = std::to_array<std::string_view>({"main", "all"});

/// What of the experiment is repeated.
struct Reproduction {
  std::vector<std::string> models;  // words of ModelKind, each once
  std::vector<std::int64_t> seeds;
  double epochs_scale = 1;  // of the recipes' epochs and warm-ups
  ClaimScope claims = ClaimScope::main;
};

/// Trainings of one recipe, one a seed, and the folder that holds them: OUT/arms/NAME, a sweep.
struct Arm {
  std::string name;
  std::string model;
  std::string purpose;        // "as published", "peak rate 5e-3"
  std::vector<double> rates;  // peak rates; several: the best by validation is searched for, with a seed of its own
  std::string rate_of;        // the arm whose best rate this one takes; empty: rates' only one
  std::int64_t epochs = 0;    // before scaling
  std::int64_t warmup_steps = 0;
  std::vector<FixedOption> fixed = {};  // beside the recipe
  bool tested = false;                  // reads the test split, once, when it is trained
};

/// In the order in which they are trained: an arm stands after those that it depends on.
/// @param train_rows  of the corpus: few-example arms with more rows are left out
std::vector<Arm> arms_of(const Reproduction& reproduction, std::int64_t train_rows);

/// The sweep that trains an arm.
/// @param rates  its own, or the one that another arm chose
SweepSpec spec_of(const Arm& arm, const std::vector<double>& rates, const Reproduction& reproduction, std::int64_t train_rows);

/// What scaling makes of an epoch count; at least 1.
std::int64_t scaled_epochs(std::int64_t epochs, double scale);

/// Of the recipe's schedule, unscaled.
std::int64_t recipe_epochs(std::string_view model);

const PublishedResult& published_of(std::string_view model);

}  // namespace agsweep
