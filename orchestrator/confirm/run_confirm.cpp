#include "orchestrator/confirm/run_confirm.hpp"

#include <algorithm>  // std::find, std::min
#include <cstdio>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/json_file.hpp"
#include "base/json_text.hpp"
#include "base/sha256.hpp"
#include "orchestrator/confirm/test_trials.hpp"
#include "orchestrator/options/config_file.hpp"  // check_run
#include "orchestrator/options/seed_list.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/sweep/run_sweep.hpp"
#include "sweeps/comparison/confirmation.hpp"
#include "sweeps/report/cost.hpp"
#include "sweeps/space/resolved_spec.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// The spec of the sweep that trains the best configurations anew.
SweepSpec confirming_spec(const ReportedSweep& sweep, const ConfirmArgs& args) {
  const fs::path& folder = sweep.results.folder;
  if (!sweep.results.closed) throw DataError("{}: this sweep has not ended; go on with it by --resume first", folder.string());
  if (const std::string sha256 = sha256_file(args.data); sha256 != sweep.results.data_sha256) {
    throw UsageError("--data: {}: not the corpus that {} was searched on (SHA-256 {}, not {})", args.data.string(), folder.string(), sha256,
                     sweep.results.data_sha256);
  }
  const auto& ranked = sweep.ranked.ranking.configurations;
  if (ranked.empty()) throw DataError("{}: no trial has ended with a value, so there is nothing to confirm", folder.string());
  SweepSpec spec = sweep.results.spec;
  const std::vector<std::int64_t> used = std::exchange(spec.seeds, parse_seeds(args.seeds, "--seeds"));
  for (const std::int64_t seed : spec.seeds) {
    if (std::find(used.begin(), used.end(), seed) == used.end()) continue;
    throw UsageError("--seeds: {} is one that the sweep chose by; a fair test needs others", seed);
  }
  spec.name += "-confirm";
  spec.part = 0;  // it may have been one of several
  spec.parts = 1;
  spec.sampler = SamplerKind::random;  // which has nothing to draw
  spec.scheduler = {};
  spec.keep = -1;
  spec.hours = 0;
  spec.first_trials.clear();
  for (std::size_t i = 0; i < std::min(ranked.size(), static_cast<std::size_t>(args.top)); ++i) {
    spec.first_trials.push_back(sweep.results.trials[ranked[i].trials.front().trial].trial.point);
  }
  spec.trials = static_cast<std::int64_t>(spec.first_trials.size());
  return spec;
}

TuningBudget budget_of(const ReportedSweep& sweep) {
  const Cost cost = cost_table(sweep).total;
  return {.trials = cost.trials, .epochs = cost.epochs, .device_seconds = cost.device_seconds};
}

}  // namespace

ExitCode run_confirm(Session& session, const std::vector<std::string>& command_line, const fs::path& sweep, const ConfirmArgs& args,
                     const AskedOptions& options) {
  const TrainConfig passed = filled_config(options);
  TuningBudget tuning;
  SweepArgs trainings{
      .spec = {}, .data = args.data, .out = args.out, .resume = args.resume, .dry_run = args.dry_run, .retry_failed = args.retry_failed};
  {
    const auto comm = session.world(passed.timeout);
    together(*comm, [&] {
      const ReportedSweep searched = read_reported_sweep(sweep, "sweep", check_run);
      tuning = budget_of(searched);
      trainings.spec_text = resolved_spec(confirming_spec(searched, args));
    });
  }
  const ExitCode trained = run_sweep(session, command_line, trainings, options);
  if (args.dry_run || (trained != ExitCode::done && trained != ExitCode::trials_failed)) return trained;

  const auto comm = session.world(passed.timeout);
  std::vector<std::int64_t> chosen;
  together(*comm, [&] {
    const ReportedSweep confirmed = read_reported_sweep(args.out, "confirm", check_run);
    for (const TrialResults* trial : chosen_trials(confirmed)) chosen.push_back(trial->number);
  });
  if (chosen.empty()) return trained;  // each has failed, as results.csv says
  test_trials(*comm, args.out, chosen, args.data, passed.weights);
  on_rank_zero(*comm, [&] {
    Confirmation confirmation{.sweep = sweep, .tuning = tuning, .model = read_tested_model(args.out, args.out.string(), check_run)};
    const std::string json = sealed_json(json_text(to_json(confirmation)));
    write_file_atomically(args.out / confirmation_name, json);
    fmt::print("{}", args.json ? json : confirmation_text(confirmation));
  });
  return trained;
}

}  // namespace agsweep
