#include "orchestrator/sweep/run_sweep.hpp"

#include <unistd.h>

#include <algorithm>  // std::max
#include <cstdio>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <thread>

#include "base/file.hpp"
#include "base/live_block.hpp"
#include "base/sha256.hpp"
#include "base/shell.hpp"
#include "base/system.hpp"
#include "base/table.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/signals/stop_signals.hpp"
#include "orchestrator/sweep/configuration_cells.hpp"
#include "orchestrator/sweep/coordinator.hpp"
#include "orchestrator/sweep/sweep_cost.hpp"
#include "orchestrator/sweep/sweep_folder.hpp"
#include "orchestrator/sweep/sweep_groups.hpp"
#include "orchestrator/sweep/trial_worker.hpp"
#include "orchestrator/training/metrics_text.hpp"  // caveats
#include "orchestrator/training/run_inputs.hpp"
#include "orchestrator/world/launch.hpp"
#include "sweeps/report/report_page.hpp"
#include "workers/comm/self_communicator.hpp"

namespace agsweep {

namespace {

/// Rank 0's part, beside its own groups.
struct Office {
  explicit Office(SweepLock held) : lock(std::move(held)) {}

  SweepLock lock;  // the journal asks it before each change
  std::optional<OpenSweep> sweep;
  LiveBlock block{std::cerr, ProgressStyle::of(STDERR_FILENO), steady_seconds};
  std::optional<SweepProgress> progress;
  std::optional<Coordinator> coordinator;
};

/// What each rank does for its groups: one after the other in this thread, or each in a thread of its own. Collective over the job.
void train_groups(Session& session, const SweepInputs& inputs, const SweepGroups& groups, const World& world, double timeout,
                  const std::string& advice, GroupLink& link) {
  const int group = groups.group_of[static_cast<std::size_t>(world.rank)];
  WorldFacts facts = world.facts(static_cast<std::int64_t>(inputs.corpus.train.rows()));
  facts.ranks = groups.ranks_per_group;
  const World part = part_of(world, groups, group);
  const auto comm = session.split(group, timeout, advice);
  if (groups.groups_per_rank == 1) {
    TrialWorker(inputs, *comm, link, group, facts, part).run();
    return;
  }
  facts.cpus = facts.fewest_cpus = facts.most_cpus = 1;
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(groups.groups_per_rank));
  std::vector<std::thread> threads;
  threads.reserve(failures.size());
  for (int i = 0; i < groups.groups_per_rank; ++i) {
    threads.emplace_back([&, i] {
      try {
        SelfCommunicator alone;
        TrialWorker(inputs, alone, link, group + i, facts, part).run();
      } catch (...) {
        failures[static_cast<std::size_t>(i)] = std::current_exception();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

void print_messages(LiveBlock& block, const SweepPlan& plan, const World& world, const SweepGroups& groups, const Corpus& corpus) {
  for (const std::string& message : world.messages(launched_by_mpirun())) block.message(message);
  const WorldFacts facts = world.facts(static_cast<std::int64_t>(corpus.train.rows()));
  if (facts.fewest_cpus < groups.groups_per_rank) {
    block.message(
        fmt::format("warning: --trials-per-rank {}, but a rank may use {} CPU{}; give it more with mpirun --bind-to none or srun "
                    "--cpus-per-task {}",
                    groups.groups_per_rank, facts.fewest_cpus, facts.fewest_cpus == 1 ? "" : "s", groups.groups_per_rank));
  }
  if (const std::string warning = warmup_warning(plan, facts.train_rows); !warning.empty()) block.message(warning);
  block.message(fmt::format("{}sweep {}: {} configurations, {} epochs each at most; groups: {}, ranks of each: {}",
                            corpus.info.synthetic ? "synthetic corpus: " : "", plan.spec.name, plan.spec.trials, plan.epochs,
                            groups.leaders.size(), groups.ranks_per_group));
}

/// SWEEP/report.html of a finished sweep; without gnuplot there is none.
void write_report(const std::filesystem::path& folder, LiveBlock& block) try {
  write_file_atomically(folder / "report.html", make_report({read_reported_sweep(folder, "sweep")}, {}).html);
} catch (const Error& error) {
  block.message(fmt::format("no report.html: {}", error.what()));
}

void print_result(const SweepState& state, const SweepArgs& args, bool synthetic) {
  constexpr std::size_t most_rows = 10;
  std::vector<std::string> header = {"trial", state.spec().metric, "epoch"};
  for (const Parameter& parameter : state.spec().space) header.push_back(parameter.key);
  Table table(header);
  const std::vector<std::int64_t> ranking = state.ranking();
  for (std::size_t i = 0; i < std::min(ranking.size(), most_rows); ++i) {
    const SweepTrial& trial = state.trial(ranking[i]);
    std::vector<std::string> row = {std::to_string(ranking[i]), fmt::format("{:.4f}", trial.value()), std::to_string(trial.best_epoch)};
    const std::vector<std::string> values = configuration_cells(state.spec().space, trial.point, 4);
    row.insert(row.end(), values.begin(), values.end());
    table.add(std::move(row));
  }
  fmt::print("{}{}", caveats(synthetic, false), table.text());
  if (ranking.size() > most_rows) fmt::print("and {} more complete trials\n", ranking.size() - most_rows);
  fmt::print("all trials: {}; to look at: {}\n", (args.out / "results.csv").string(), (args.out / "report.html").string());
}

ExitCode exit_code(const Office& office) {
  if (office.coordinator->interrupted()) return ExitCode::checkpointed;
  for (const SweepTrial& trial : office.sweep->state.trials()) {
    if (trial.phase == TrialPhase::failed) return ExitCode::trials_failed;
  }
  return ExitCode::done;
}

}  // namespace

ExitCode run_sweep(const Invocation& call, const SweepArgs& args, const AskedOptions& options) {
  Session& session = *call.session;
  const bool speaks = session.rank() == 0;
  const std::string go_on = resume_command(call.command_line, session.size());
  const std::string advice = fmt::format("go on with:\n{}", go_on);
  const StopSignals signals(speaks && !args.dry_run ? fmt::format("\nstopping; go on with:\n{}\n", go_on) : "");
  const double timeout = filled_config(options).timeout;
  const auto comm = session.world(timeout, args.dry_run ? "" : advice);

  SweepPlan plan;
  Corpus corpus;
  std::string data_sha256;
  together(*comm, [&] {
    plan = plan_sweep(args, options);
    corpus = read_training_corpus(args.data);
    data_sha256 = sha256_file(args.data);
  });
  const World world = survey(*comm);
  const SweepGroups groups = make_groups(world, args.ranks_per_trial, args.trials_per_rank);
  SharedWeights shared(/*keeps_start_values=*/true);
  if (args.dry_run) {
    on_rank_zero(*comm, [&] { print_cost(plan, corpus, shared, world, groups); });
    return ExitCode::done;
  }

  const auto lock_lost = [&session] {
    fmt::print(stderr, "error: another process has taken the sweep over\n");
    session.abort(ExitCode::run_time_failure);
  };
  std::optional<Office> office;
  on_rank_zero(*comm, [&] {
    office.emplace(take_sweep(args.out, [](const std::string& line) { fmt::print(stderr, "{}\n", line); }));
    require_same_sweep(args, plan);
    const auto workers = args.workers > 0 ? args.workers : static_cast<std::int64_t>(groups.leaders.size());
    const TrainConfig config = filled_config(trial_options(plan, first_point(plan.spec), 0));
    const SweepIdentity identity{.epochs = plan.epochs,
                                 .data_sha256 = data_sha256,
                                 .train_limit = config.train_limit,
                                 .workers = workers,
                                 .workers_given = args.workers > 0,
                                 .deterministic = args.deterministic};
    office->sweep.emplace(open_sweep(args, plan, identity, office->lock));
    print_messages(office->block, plan, world, groups, corpus);
    office->progress.emplace(office->block, office->sweep->state);
    office->coordinator.emplace(office->sweep->state, std::move(office->sweep->journal), office->lock, *office->progress,
                                Coordinator::Options{.folder = args.out,
                                                     .groups = static_cast<int>(groups.leaders.size()),
                                                     .workers = office->sweep->workers,
                                                     .deterministic = args.deterministic,
                                                     .lock_lost = lock_lost});
  });
  std::string lock_token = office ? office->lock.token() : "";
  broadcast_text(*comm, lock_token);
  LockWatch lock(args.out, lock_token);
  std::mutex one_thread;

  const SweepInputs inputs{.plan = plan,
                           .corpus = corpus,
                           .data_sha256 = data_sha256,
                           .data = args.data,
                           .folder = args.out,
                           .command = shell_command(call.command_line),
                           .shared = shared,
                           .require_lock = [&] {
                             const std::lock_guard guard(one_thread);
                             if (!lock.holds(steady_seconds())) lock_lost();
                           }};
  std::exception_ptr coordinator_failure;
  {
    GroupLink link(session.control_channel(), groups.leaders, office ? &*office->coordinator : nullptr, signals.stop());
    train_groups(session, inputs, groups, world, timeout, advice, link);
    comm->barrier();
    coordinator_failure = link.failure();
  }
  std::int64_t code = 0;
  on_rank_zero(*comm, [&] {
    if (coordinator_failure) std::rethrow_exception(coordinator_failure);
    code = static_cast<std::int64_t>(exit_code(*office));
  });
  comm->all_reduce_max({&code, 1});
  if (speaks) {
    if (office->coordinator->interrupted()) {
      office->block.message(fmt::format("stopped, every trial with a checkpoint; go on with:\n{}", go_on));
    } else {
      write_report(args.out, office->block);
      print_result(office->sweep->state, args, corpus.info.synthetic);
    }
  }
  return static_cast<ExitCode>(code);
}

}  // namespace agsweep
