#include "tests/sweeps/state/sweep_simulation.hpp"

#include <map>
#include <set>
#include <utility>  // std::exchange

#include <fmt/format.h>

#include "base/error.hpp"
#include "tests/sweeps/state/simulated_job.hpp"

namespace agsweep::testing_support {
namespace {

/// What was asked for was tried, once; the rest was set aside. A journal that was restored from a copy may have forgotten some.
void check_requests(const SimulatedWorld& world, const std::map<std::int64_t, Point>& tried) {
  const SimulatedDisk& disk = world.disk;
  std::multiset<Point> points;
  for (const auto& [configuration, point] : tried) points.insert(point);
  require(!world.sweep.deterministic || points.empty(), "a deterministic sweep tries what somebody asked for");
  if (world.sweep.deterministic) return;
  require(world.how.old_journals > 0 || points == disk.asked,
          fmt::format("{} configurations were asked for, {} tried", disk.asked.size(), points.size()));
  require(world.how.old_journals > 0 || disk.refused >= disk.malformed,
          fmt::format("{} bad mails, {} set aside", disk.malformed, disk.refused));
}

/// After a job that has ended by itself.
void check_end(const SimulatedWorld& world, const SweepState& end) {
  const SweepSpec& spec = world.sweep.spec;
  std::set<std::pair<std::int64_t, std::int64_t>> runs;
  std::map<std::int64_t, Point> asked;  // by configuration
  for (std::size_t i = 0; i < end.trials().size(); ++i) {
    const SweepTrial& trial = end.trials()[i];
    const auto number = static_cast<std::int64_t>(i);
    runs.emplace(trial.configuration, trial.seed);
    if (trial.configuration < 0) asked.emplace(trial.configuration, trial.point);
    require(trial.ended(), fmt::format("trial {} has no end", i));
    for (std::int64_t epoch = 1; epoch <= trial.epochs(); ++epoch) {
      require(trial.values[static_cast<std::size_t>(epoch - 1)] == world.model.value(trial, epoch),
              fmt::format("trial {}: the value of epoch {} is not its configuration's", i, epoch));
    }
    const auto found = world.disk.folders.find(number);
    const SimulatedFolder files = found == world.disk.folders.end() ? SimulatedFolder{} : found->second;
    const bool best = spec.keep < 0 || end.among_best(number, spec.keep);
    if (trial.phase == TrialPhase::complete) {
      require(files.done, fmt::format("complete trial {} has no last evaluation", i));
      // With an older journal, what had pushed it out may fail now.
      const bool was_pushed_out = world.disk.restored && best && spec.keep >= 0;
      require(files.weights == best || was_pushed_out,
              fmt::format("complete trial {}: weights {}", i, best ? "are missing" : "are too many"));
    }
    const bool holds_weights = trial.phase == TrialPhase::pruned && spec.keep < 0 && !files.weights;
    require(files.checkpoint == 0 || holds_weights, fmt::format("trial {} has ended, but keeps its checkpoints", i));
  }
  require(std::ssize(runs) == (spec.trials + std::ssize(asked)) * std::ssize(spec.seeds), "a configuration has no trial");
  check_requests(world, asked);
}

}  // namespace

SimulatedDisk simulate(const SimulatedSweep& sweep, const SimulatedRun& how, SimulatedDisk disk) {
  SimulatedWorld world{.sweep = sweep, .how = how, .disk = disk, .random = PhiloxStream(how.speeds, 0), .model = TrialModel(sweep)};
  bool retry_failed = false;
  bool retried = false;
  for (int jobs = 0; jobs < 1000; ++jobs) {
    // After the first job there may be more groups, or fewer.
    const std::int64_t groups = jobs == 0 ? how.groups : 1 + world.random.below(static_cast<std::uint32_t>(how.groups + 1));
    for (auto& [trial, files] : disk.folders) files.user = -1;
    disk.full = false;  // somebody has made room
    try {
      const SimulatedEnd job = run_job(world, groups, std::exchange(retry_failed, false));
      // What was asked too late, the next job hears.
      const bool heard_all = disk.mail.empty() && replay(disk.journal, "journal.log").in_journal.waiting().empty();
      if (job.how == JobEnd::ended && !job.unfinished && heard_all) {
        if (!how.retry_failed || retried || !job.state.has_failed_runs()) {
          check_end(world, job.state);
          return disk;
        }
        retry_failed = retried = true;
      }
    } catch (Killed) {
      ++disk.crashes;
    } catch (LockLost) {
      ++disk.crashes;
    } catch (const RunTimeError&) {
      // Before its groups began: its journal could not be written.
    }
    if (world.fault(how.old_journals)) {
      disk.restored = true;
      disk.journal.resize(static_cast<std::size_t>(world.random.next_unit() * static_cast<double>(disk.journal.size())));
      // Of trials that had ended the checkpoints are gone.
      for (auto& [trial, files] : disk.folders) files.trained = files.checkpoint;
    }
  }
  throw Violation("the sweep is resumed again and again, and does not end");
}

}  // namespace agsweep::testing_support
