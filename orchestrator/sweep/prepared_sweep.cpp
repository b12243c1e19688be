#include "orchestrator/sweep/prepared_sweep.hpp"

#include <exception>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "orchestrator/options/config_file.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/sweep/sweep_cost.hpp"  // trial_config, points_to_try, warmup_warning
#include "orchestrator/training/run_inputs.hpp"
#include "orchestrator/training/run_lock.hpp"  // require_no_parts
#include "orchestrator/world/launch.hpp"
#include "orchestrator/world/slurm_check.hpp"

namespace agsweep {

namespace {

/// What the sweep's trials were started on, all on one kind; nullopt where none was.
std::optional<Device> started_on(const std::filesystem::path& sweep) {
  std::error_code none_yet;
  for (const auto& trial : std::filesystem::directory_iterator(sweep / "trials", none_yet)) {
    try {
      return filled_config(read_run(trial.path()).options).device;
    } catch (const DataError&) {
      // Not begun, or damaged, which is for that trial to tell.
    }
  }
  return std::nullopt;
}

/// A sweep that goes on stays on the kind of device that its trials were started on: their checkpoints do. Collective over comm.
JobDevices devices_of_sweep(Communicator& comm, const PreparedSweep& sweep, const SweepArgs& args) {
  const std::optional<Device> asked = asked_device(trial_options(sweep.plan, first_point(sweep.plan.spec), 0));
  std::optional<Device> started;
  together(comm, [&] {
    if (args.resume) started = started_on(args.out);
  });
  if (asked || started != Device::cuda) return find_devices(comm, sweep.world, asked ? asked : started);
  return devices_to_go_on(comm, sweep.world, "this sweep's trials were");
}

}  // namespace

std::vector<std::string> PreparedSweep::messages() const {
  std::vector<std::string> messages = world.messages(launched_by_mpirun());
  messages.insert(messages.end(), devices.messages.begin(), devices.messages.end());
  const WorldFacts facts = world.facts(static_cast<std::int64_t>(corpus.train.rows()));
  if (facts.fewest_cpus < groups.groups_per_rank) {
    messages.push_back(
        fmt::format("warning: --trials-per-rank {}, but a rank may use {} CPU{}; give it more with mpirun --bind-to none or srun "
                    "--cpus-per-task {}",
                    groups.groups_per_rank, facts.fewest_cpus, facts.fewest_cpus == 1 ? "" : "s", groups.groups_per_rank));
  }
  if (std::string warning = warmup_warning(plan, facts.train_rows); !warning.empty()) messages.push_back(std::move(warning));
  messages.push_back(fmt::format("{}sweep {}: {} configurations, {} epochs each at most; groups: {}, ranks of each: {}",
                                 corpus.info.synthetic ? "synthetic corpus: " : "", plan.spec.name, plan.spec.own_trials(), plan.epochs,
                                 groups.leaders.size(), groups.ranks_per_group));
  return messages;
}

void require_trainable(Communicator& comm, const PreparedSweep& sweep, SharedWeights& shared) {
  const std::vector<Point> points = points_to_try(sweep.plan.spec);
  together(comm, [&] {
    std::exception_ptr first_failure;
    for (const Point& point : points) {
      try {
        return sweep.devices.torch.try_start(sweep.corpus, shared, sweep.devices.place, trial_config(sweep, point));
      } catch (const Error&) {
        if (!first_failure) first_failure = std::current_exception();
      }
    }
    std::rethrow_exception(first_failure);
  });
}

// LibTorch has so many streams for a device, and gives the first again after the last: two trials would share it.
constexpr std::int64_t most_streams = 32;

PreparedSweep prepare_sweep(Communicator& comm, const SweepArgs& args, const AskedOptions& options) {
  require_same_out(comm, args.out);
  PreparedSweep sweep;
  together(comm, [&] {
    require_no_parts(args.out);
    sweep.plan = plan_sweep(args, options);
    sweep.corpus = read_training_corpus(args.data);
    sweep.data_sha256 = sha256_file(args.data);
  });
  sweep.world = survey(comm);
  require_all_nodes(comm, sweep.world);
  sweep.groups = make_groups(sweep.world, args.ranks_per_trial, args.trials_per_rank);
  sweep.devices = devices_of_sweep(comm, sweep, args);
  if (sweep.devices.kind == Device::cuda && args.trials_per_rank > most_streams) {
    throw UsageError("--trials-per-rank: {} is out of range [1, {}] on a GPU", args.trials_per_rank, most_streams);
  }
  if (sweep.groups.ranks_per_group > 1) {
    for (int group = 0; group < static_cast<int>(sweep.groups.leaders.size()); ++group) {
      const std::string warning = sweep.devices.check_trial(sweep.groups.members(group));
      if (!warning.empty() && group == 0) sweep.devices.messages.push_back("warning: " + warning);
    }
  }
  return sweep;
}

}  // namespace agsweep
