#pragma once

#include <string>
#include <vector>

#include "sweeps/state/sweep_state.hpp"
#include "tests/sweeps/space/small_options.hpp"

namespace agsweep::testing_support {

inline constexpr const char* sweep_writer = "agsweep-n1-4242-99";
inline constexpr const char* noon = "2026-01-31T12:00:00Z";

/// A sweep over two parameters.
inline SweepSpec small_spec(std::int64_t trials, SchedulerKind scheduler = SchedulerKind::none, SamplerKind sampler = SamplerKind::random) {
  return {.name = "small",
          .model = "scratch",
          .sampler = sampler,
          .trials = trials,
          .space = {{.key = "lr", .scale = Scale::log, .low = 1e-4, .high = 1e-2},
                    {.key = "layers", .scale = Scale::values, .values = {std::int64_t{1}, std::int64_t{2}, std::int64_t{3}}}},
          .scheduler = {.kind = scheduler, .eta = 2}};
}

inline SweepState new_sweep(const SweepSpec& spec, std::int64_t epochs = 4) { return {spec, epochs, sweep_writer, any_value}; }

inline std::string text_of_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// What was decided, in that order. When a trial's last line comes is up to its group, and so is each seal after it.
inline std::string decisions(const std::string& journal) {
  std::string text;
  for (std::size_t begin = 0, end = 0; (end = journal.find('\n', begin)) != std::string::npos; begin = end + 1) {
    std::string line = journal.substr(begin, end - begin);
    if (line.starts_with(R"({"op_code":6,)")) continue;
    text += line.substr(0, line.rfind(R"(,"seal":)")) + "\n";
  }
  return text;
}

/// A new process's state after reading this journal.
inline SweepState replayed_sweep(const SweepSpec& spec, const std::string& journal, std::int64_t epochs = 4) {
  SweepState state = new_sweep(spec, epochs);
  state.replay(replay(journal, "journal.log"), noon);
  return state;
}

/// Trains a running trial to its end, every epoch with this value.
inline void train(SweepState& state, std::int64_t trial, double value) {
  while (state.trial(trial).phase == TrialPhase::running) state.report(trial, state.trial(trial).epochs() + 1, value);
  if (state.trial(trial).ended()) state.conclude(trial, noon);
}

/// The next trial for worker 0, which there has to be.
inline std::int64_t begin_next(SweepState& state) { return state.next(0, state.time(), noon).value(); }

/// What a trial is at the end, but for its place in logical time.
struct TrialOutcome {
  std::int64_t configuration;
  std::int64_t seed;
  Point point;
  TrialPhase phase;
  std::vector<double> values;
  std::int64_t best_epoch;
  std::string error;

  bool operator==(const TrialOutcome&) const = default;
};

inline std::vector<TrialOutcome> outcomes(const SweepState& state) {
  std::vector<TrialOutcome> all;
  for (const SweepTrial& trial : state.trials()) {
    all.push_back({.configuration = trial.configuration,
                   .seed = trial.seed,
                   .point = trial.point,
                   .phase = trial.phase,
                   .values = trial.values,
                   .best_epoch = trial.best_epoch,
                   .error = trial.error});
  }
  return all;
}

}  // namespace agsweep::testing_support
