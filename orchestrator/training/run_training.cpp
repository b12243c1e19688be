#include "orchestrator/training/run_training.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <numeric>  // std::iota

#include "base/file.hpp"
#include "base/json_text.hpp"
#include "base/sha256.hpp"
#include "base/shell.hpp"
#include "base/system.hpp"
#include "orchestrator/options/config_file.hpp"
#include "orchestrator/options/resolve.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/signals/stop_signals.hpp"
#include "orchestrator/terminal/progress_display.hpp"
#include "orchestrator/training/metrics_text.hpp"
#include "orchestrator/training/run_inputs.hpp"
#include "orchestrator/training/run_lock.hpp"
#include "orchestrator/training/train_progress.hpp"
#include "orchestrator/world/launch.hpp"
#include "orchestrator/world/slurm_check.hpp"
#include "orchestrator/world/start_command.hpp"

namespace agsweep {

namespace {

void print_result(const nlohmann::json& result, const RunRecord& record, const TrainArgs& args) {
  if (args.json) {
    fmt::print("{}\n", json_text(result));
    return;
  }
  fmt::print("{}", caveats(record.synthetic, record.random_base));
  fmt::print("{}\nin {}: result.json (all of this), epochs.csv, steps.csv, model.safetensors (the best epoch), config.toml, log.txt\n",
             result_text(result, record.class_names), args.out.string());
}

/// "6000 of 64366"
std::string rows_text(const Split& split, std::int64_t limit) {
  const auto rows = static_cast<std::int64_t>(split.rows());
  return limit == 0 || limit >= rows ? fmt::format("{}", rows) : fmt::format("{} of {}", limit, rows);
}

void print_start(ProgressDisplay& display, const World& world, const Resolved& resolved, const RunInputs& inputs) {
  const TrainConfig& config = resolved.config;
  for (const std::string& message : world.messages(launched_by_mpirun())) display.message(message);
  for (const std::string& message : resolved.messages) display.message(message);
  if (inputs.record.random_base) display.message(caveats(false, true));
  display.message(fmt::format("{}{} training rows, {} validation rows; ranks: {}, threads of each: {}, shards: {}",
                              inputs.record.synthetic ? "synthetic corpus: " : "", rows_text(inputs.corpus.train, config.train_limit),
                              rows_text(inputs.corpus.val, config.val_limit), world.ranks.size(), config.threads, config.shards));
}

/// Every rank looks at the run's folder, and what one finds wrong all say. Collective over comm, the job.
RunPlan agreed_plan(Communicator& comm, const TrainArgs& args, const AskedOptions& asked) {
  RunPlan plan;
  together(comm, [&] { plan = plan_run(args, asked); });
  require_same(comm, std::to_string(static_cast<int>(plan.state)),
               "the ranks see different runs in --out: it must be on a file system that they share");
  return plan;
}

/// A resumed run goes on with the kind of device that it was started on. Collective over comm.
/// @param asked  of the command line
JobDevices devices_of_run(Communicator& comm, const World& world, const RunPlan& plan, const AskedOptions& asked) {
  const std::optional<Device> device = asked_device(plan.options);
  if (!plan.record || device != Device::cuda || is_given(asked, "device")) return find_devices(comm, world, device);
  return devices_to_go_on(comm, world, "this run was");
}

/// @param lock  of the run's folder, on rank 0
ExitCode train_or_go_on(Session& session, const std::vector<std::string>& command_line, const TrainArgs& args, const RunPlan& plan,
                        const AskedOptions& asked, RunLock* lock) {
  const bool speaks = session.rank() == 0;
  const std::string go_on = resume_command(process_origin(), command_line);
  const std::string advice = fmt::format("go on from the last checkpoint with:\n{}", go_on);
  const StopSignals signals(speaks ? fmt::format("\nstopping; go on with:\n{}\n", go_on) : "");
  const TrainConfig provisional = filled_config(plan.options);
  const auto comm = session.world(provisional.timeout, advice);
  const World world = survey(*comm);
  require_all_nodes(*comm, world);
  RunInputs inputs = read_inputs(*comm, plan, provisional);
  const JobDevices devices = devices_of_run(*comm, world, plan, asked);
  std::vector<int> all_ranks(static_cast<std::size_t>(comm->size()));
  std::iota(all_ranks.begin(), all_ranks.end(), 0);
  const std::string crowded = devices.check_trial(all_ranks);
  Resolved resolved = resolve(plan.options, world.facts(static_cast<std::int64_t>(inputs.corpus.train.rows()), devices.kind));
  resolved.messages.insert(resolved.messages.begin(), devices.messages.begin(), devices.messages.end());
  const std::string note = record_device(devices, inputs.record);
  if (!crowded.empty()) resolved.messages.push_back(fmt::format("warning: {}", crowded));
  resolved.config.resume = plan.state == RunPlan::State::unfinished;
  const TrainConfig& config = resolved.config;
  const std::string hash = config_hash(config, inputs.record.sha256);
  require_same(*comm, fmt::format("{} {} {}", hash, config.seed, config.resume),
               "the ranks see different options or data: --data and --out must be on a file system that they share");

  ProgressDisplay display(std::cerr, ProgressStyle::of(STDERR_FILENO, args.progress), steady_seconds);
  if (speaks && !fsync_folder(args.out)) resolved.messages.emplace_back(weak_folders_note);
  if (speaks) print_start(display, world, resolved, inputs);
  TrainProgress progress(display, config.epochs, config.metric, [lock] { lock->require(); });
  const std::string config_toml = config_text(config, plan.options, inputs.record);
  const RunIdentity identity{.folder = args.out,
                             .config = config_toml,
                             .config_seal = config_seal(config_toml),
                             .command = shell_command(command_line),
                             .config_hash = hash,
                             .data_sha256 = inputs.record.sha256.data,
                             .environment = environment(world, devices, inputs.record),
                             .repair = args.repair,
                             .note = note};
  const std::shared_ptr<SharedWeights> shared = devices.torch.make_shared_weights(/*keeps_start_values=*/false);
  try {
    const TrainOutcome outcome =
        devices.torch.train(*comm, inputs.corpus, *shared, devices.place, config, identity, progress, signals.stop());
    if (outcome.status == TrainStatus::interrupted) {
      if (speaks) display.message(fmt::format("stopped after step {}, with a checkpoint; go on with:\n{}", progress.step(), go_on));
      return ExitCode::checkpointed;
    }
    if (speaks) print_result(outcome.result, inputs.record, args);
    return ExitCode::done;
  } catch (const TrialFailure&) {
    throw;  // would fail again
  } catch (const Error& failure) {
    if (failure.code() != ExitCode::run_time_failure) throw;
    Error told(failure.code(), fmt::format("{}\n{}", failure.what(), advice));
    told.known_to_all = failure.known_to_all;
    throw Error(told);
  }
}

}  // namespace

ExitCode run_training(Session& session, const std::vector<std::string>& command_line, const TrainArgs& args, const AskedOptions& options) {
  std::optional<RunLock> lock;  // rank 0's
  RunPlan plan;
  {
    const auto comm = session.world(filled_config(options).timeout);
    require_same_out(*comm, args.out);
    plan = agreed_plan(*comm, args, options);
    if (plan.state != RunPlan::State::finished) {
      on_rank_zero(*comm, [&] { lock.emplace(args.out); });
      plan = agreed_plan(*comm, args, options);  // what stands there now stays
    }
  }
  if (plan.state != RunPlan::State::finished) {
    return train_or_go_on(session, command_line, args, plan, options, lock ? &*lock : nullptr);
  }
  if (!args.data.empty()) require_recorded_data(plan, sha256_file(args.data));
  if (session.rank() == 0) {
    say(fmt::format("{}: this run is finished", args.out.string()));
    print_result(plan.result, *plan.record, args);
  }
  return ExitCode::done;
}

}  // namespace agsweep
