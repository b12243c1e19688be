#include "orchestrator/sweep/run_sweep.hpp"

#include <cstdio>
#include <exception>
#include <future>  // std::promise
#include <mutex>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "base/shell.hpp"
#include "base/system.hpp"  // steady_seconds, say
#include "base/thread.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/signals/stop_signals.hpp"
#include "orchestrator/sweep/prepared_sweep.hpp"
#include "orchestrator/sweep/sweep_cost.hpp"
#include "orchestrator/sweep/sweep_office.hpp"
#include "orchestrator/sweep/trial_worker.hpp"
#include "orchestrator/world/start_command.hpp"
#include "sweeps/aggregate/sweep_results.hpp"  // journal_name
#include "workers/comm/progress.hpp"           // checkpoints_of_trials
#include "workers/comm/self_communicator.hpp"

namespace agsweep {

namespace {

/// How long a rank waits for others, and what a person is told when one does not answer.
struct Waits {
  double timeout;  // seconds
  std::string advice;
};

/// Whether this process still works for the lock's holder; for any of its threads.
class LockGuard {
 public:
  LockGuard(const std::filesystem::path& folder, std::string token) : lock_(folder, std::move(token)) {}
  bool holds() {
    const std::lock_guard one_thread(mutex_);
    return lock_.holds(steady_seconds());
  }

 private:
  std::mutex mutex_;
  LockWatch lock_;
};

/// What each rank does for its groups: one after the other in this thread, or each in a thread of its own. Collective over the job.
void train_groups(Session& session, const SweepInputs& inputs, const PreparedSweep& sweep, const Waits& waits, GroupLink& link) {
  const World& world = sweep.world;
  const SweepGroups& groups = sweep.groups;
  const int group = groups.group_of[static_cast<std::size_t>(world.rank)];
  WorldFacts facts = world.facts(static_cast<std::int64_t>(inputs.corpus.train.rows()), inputs.devices.kind);
  facts.ranks = groups.ranks_per_group;
  const World part = part_of(world, groups, group);
  const auto comm = session.split(group, waits.timeout, waits.advice);
  if (groups.groups_per_rank == 1) {
    TrialWorker(inputs, *comm, link, group, facts, part).run();
    return;
  }
  facts.cpus = facts.fewest_cpus = facts.most_cpus = 1;
  std::vector<std::exception_ptr> failures(static_cast<std::size_t>(groups.groups_per_rank));
  {
    std::promise<bool> all_started;  // false: one of them could not be, so that no one begins
    const std::shared_future<bool> begin = all_started.get_future().share();
    std::vector<std::jthread> threads;
    try {
      for (int i = 0; i < groups.groups_per_rank; ++i) {
        threads.push_back(start_thread(fmt::format("trial {} of {} at once", i + 1, groups.groups_per_rank), [&, begin, i] {
          try {
            SelfCommunicator alone;
            if (begin.get()) TrialWorker(inputs, alone, link, group + i, facts, part).run();
          } catch (...) {
            failures[static_cast<std::size_t>(i)] = std::current_exception();
          }
        }));
      }
    } catch (...) {
      all_started.set_value(false);
      throw;
    }
    all_started.set_value(true);
  }
  for (const std::exception_ptr& failure : failures) {
    if (failure) std::rethrow_exception(failure);
  }
}

/// Trains until the sweep has ended or stops. Collective over comm, the job. @return what ended rank 0's coordinator, if anything did
std::exception_ptr train_trials(Session& session, Communicator& comm, const SweepInputs& inputs, const PreparedSweep& sweep,
                                const Waits& waits, Coordination* coordination, const std::atomic<bool>& signalled) {
  GroupLink link(session.control_channel(), sweep.groups.leaders, coordination, signalled);
  train_groups(session, inputs, sweep, waits, link);
  comm.barrier();
  return link.failure();
}

/// Where running it again may help, says how.
[[noreturn]] void rethrow_with_advice(const std::exception_ptr& failure, const std::string& advice) try {
  std::rethrow_exception(failure);
} catch (const RunTimeError& error) {
  throw RunTimeError("{}\n{}", error.what(), advice);
}

}  // namespace

ExitCode run_sweep(Session& session, const std::vector<std::string>& command_line, const SweepArgs& args, const AskedOptions& options) {
  const bool speaks = session.rank() == 0;
  const std::string go_on = resume_command(process_origin(), command_line);
  const StopSignals signals(speaks && !args.dry_run ? fmt::format("\nstopping; go on with:\n{}\n", go_on) : "");
  const Waits waits{.timeout = filled_config(options).timeout, .advice = fmt::format("go on with:\n{}", go_on)};
  const auto comm = session.world(waits.timeout, args.dry_run ? "" : waits.advice);

  require_same_out(*comm, args.out);
  const PreparedSweep sweep = prepare_sweep(*comm, args, options);
  if (args.dry_run) {
    on_rank_zero(*comm, [&] { print_cost(sweep); });
    return ExitCode::done;
  }

  const std::shared_ptr<SharedWeights> shared = sweep.devices.torch.make_shared_weights(/*keeps_start_values=*/true);
  require_trainable(*comm, sweep, *shared);

  const auto lock_lost = [&session, path = args.out / journal_name] {
    std::error_code unknown;
    if (std::filesystem::exists(path, unknown)) {  // without a lock where the other process has ended
      say("error: another process has taken the sweep over");
    } else {
      say(fmt::format("error: {}: it has gone: the sweep's folder was moved or removed; go on by --resume with --out where it is now",
                      path.string()));
    }
    session.abort(ExitCode::run_time_failure);
  };
  std::optional<SweepOffice> office;  // rank 0's
  on_rank_zero(*comm, [&] { office.emplace(sweep, args, lock_lost); });
  std::string lock_token = office ? office->lock_token() : "";
  broadcast_text(*comm, lock_token);
  LockGuard lock(args.out, lock_token);

  const SweepInputs inputs{.plan = sweep.plan,
                           .corpus = sweep.corpus,
                           .data_sha256 = sweep.data_sha256,
                           .data = args.data,
                           .folder = args.out,
                           .command = shell_command(command_line),
                           .repair = args.repair,
                           .shared = *shared,
                           .devices = sweep.devices,
                           .require_lock = [&] {
                             if (!lock.holds()) lock_lost();
                           }};
  comm->at("the sweep's trials", -1);
  comm->checkpointed(checkpoints_of_trials);
  const std::exception_ptr failure =
      train_trials(session, *comm, inputs, sweep, waits, office ? &office->coordination() : nullptr, signals.stop());

  std::int64_t code = 0;
  on_rank_zero(*comm, [&] {
    if (failure) rethrow_with_advice(failure, waits.advice);
    code = static_cast<std::int64_t>(office->exit_code());
  });
  comm->all_reduce_max({&code, 1});
  if (office) office->conclude(go_on);
  return static_cast<ExitCode>(code);
}

}  // namespace agsweep
