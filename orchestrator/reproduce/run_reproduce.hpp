#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"  // ExitCode
#include "orchestrator/options/option_table.hpp"
#include "sweeps/reproduction/experiment.hpp"
#include "workers/comm/session.hpp"

namespace agsweep {

/// What `agsweep reproduce` takes beside the trainings' own options.
struct ReproduceArgs {
  std::filesystem::path data;
  std::filesystem::path out;
  std::string models = "scratch,gpt2-lora";
  std::string seeds = "42";
  double epochs_scale = 1;
  ClaimScope claims = ClaimScope::main;
  double price = 0;  // of a device-hour; 0: not given
  bool resume = false;
  bool dry_run = false;
  bool json = false;
};

/// Repeats the published experiment: each arm is a sweep in DIR/arms, its trainings spread over the ranks, one device each; then tests,
/// measures inference, judges the claims, and writes report.html and reproduction.json. Says what it will cost before it starts. With
/// --resume it goes on; more seeds, models or claims than before are added. Collective over the job.
/// @param options  train options of the command line that are passed on
/// @return as run_sweep
ExitCode run_reproduce(Session& session, const std::vector<std::string>& command_line, const ReproduceArgs& args,
                       const AskedOptions& options);

}  // namespace agsweep
