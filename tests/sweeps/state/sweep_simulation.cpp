#include "tests/sweeps/state/sweep_simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>   // std::count_if, std::find_if
#include <cmath>       // std::round
#include <functional>  // std::greater
#include <memory>
#include <queue>
#include <tuple>
#include <utility>  // std::move
#include <vector>

#include "base/philox.hpp"
#include "sweeps/state/dispatcher.hpp"
#include "tests/sweeps/state/small_sweep.hpp"

namespace agsweep::testing_support {
namespace {

enum class Outcome { reports, fails, fails_for_good };

/// What trials do.
class TrialModel {
 public:
  explicit TrialModel(const SimulatedSweep& sweep) : sweep_(sweep) {}

  /// Grows with the epoch; rounded, so that there are ties.
  double value(const SweepTrial& trial, std::int64_t epoch) const {
    const double ceiling = draw(trial, 0, 0);
    return std::round(20 * (ceiling * (1 - 0.7 / static_cast<double>(epoch)) + 0.2 * draw(trial, epoch, 1))) / 20;
  }

  Outcome outcome(const SweepTrial& trial, std::int64_t epoch) const {
    if (draw(trial, epoch, 2 + trial.retries) >= sweep_.failures) return Outcome::reports;
    return draw(trial, epoch, 100) < 0.5 ? Outcome::fails : Outcome::fails_for_good;
  }

  bool ends_early(const SweepTrial& trial, std::int64_t epoch) const {
    return epoch < sweep_.epochs && draw(trial, 0, 200) < sweep_.early_ends && epoch >= 2 && draw(trial, epoch, 201) < 0.5;
  }

 private:
  double draw(const SweepTrial& trial, std::int64_t epoch, std::int64_t what) const {
    const auto number = static_cast<std::uint64_t>(((trial.configuration * 100 + trial.seed) * 100 + epoch) * 1000 + what);
    return PhiloxStream(sweep_.model, number).next_unit();
  }

  const SimulatedSweep& sweep_;
};

struct Group {
  enum class Doing { nothing, training, waiting, evaluating };
  Doing doing = Doing::nothing;
  std::int64_t trial = 0;
  std::int64_t epoch = 0;  // that it trains, or waits for the answer to
};

struct Crash {};

/// One process, from its start to the end of the sweep or a crash.
class Process {
 public:
  Process(const SimulatedSweep& sweep, std::int64_t groups, double crashes, SimulatedDisk& disk, PhiloxStream& random)
      : sweep_(sweep), model_(sweep), crashes_(crashes), disk_(disk), random_(random), state_(new_sweep(sweep.spec, sweep.epochs)) {
    const Study study = replay(disk_.journal, "journal.log");
    disk_.journal.resize(study.bytes);
    state_.replay(study, noon);
    dispatcher_ = std::make_unique<Dispatcher>(state_, sweep_.workers, sweep_.deterministic);
    for (std::int64_t trial = 0; trial < std::ssize(state_.trials()); ++trial) {
      if (state_.trial(trial).phase == TrialPhase::complete && !disk_.evaluated.contains(trial)) dispatcher_->finalise(trial);
    }
    groups_.resize(static_cast<std::size_t>(groups));
  }

  void run() {
    serve();
    while (!events_.empty()) {
      if (random_.next_unit() < crashes_) throw Crash();
      std::size_t group = 0;
      std::tie(clock_, group) = events_.top();
      events_.pop();
      end_of_work(group);
      serve();
    }
    ASSERT_TRUE(state_.finished()) << "no group works, but the sweep is not at its end";
    state_.close(noon);
    commit();
  }

 private:
  std::int64_t idle() const {
    return std::count_if(groups_.begin(), groups_.end(), [](const Group& group) { return group.doing == Group::Doing::nothing; });
  }

  /// Appends the state's lines, or crashes meanwhile: any number of their bytes may be there.
  void commit() {
    const std::string text = text_of_lines(state_.take_lines());
    if (!text.empty() && random_.next_unit() < crashes_) {
      disk_.journal += text.substr(0, static_cast<std::size_t>(random_.next_unit() * static_cast<double>(text.size() + 1)));
      throw Crash();
    }
    disk_.journal += text;
  }

  /// Has everything decided that was told; a group that loads a checkpoint may tell of it at once.
  void serve() {
    do {
      told_ = false;
      const auto answers = dispatcher_->decide(noon, idle());
      commit();
      for (const auto& [trial, answer] : answers) obey(trial, answer);
      for (Group& group : groups_) {
        if (group.doing == Group::Doing::nothing) take(group);
      }
    } while (told_);
    if (!sweep_.deterministic && idle() > 0) {
      EXPECT_EQ(state_.planned(), std::ssize(state_.trials())) << "a group is idle";
    }
  }

  void take(Group& group) {
    const auto trial = dispatcher_->take();
    if (!trial) return;
    group.trial = *trial;
    group.epoch = disk_.checkpoints[*trial];
    const std::int64_t reported = state_.trial(*trial).epochs();
    ASSERT_LE(group.epoch, reported + 1);
    if (group.epoch > reported || (group.epoch > 0 && random_.next_unit() < 0.5)) {
      tell(group);
    } else {
      go_on(group);
    }
  }

  void tell(Group& group) {
    group.doing = Group::Doing::waiting;
    dispatcher_->reported(group.trial, group.epoch, model_.value(state_.trial(group.trial), group.epoch));
    told_ = true;
  }

  void obey(std::int64_t trial, Answer answer) {
    const auto waits = [trial](const Group& group) { return group.doing == Group::Doing::waiting && group.trial == trial; };
    const auto found = std::find_if(groups_.begin(), groups_.end(), waits);
    ASSERT_NE(found, groups_.end()) << "nobody waits for an answer about trial " << trial;
    if (answer == Answer::go_on) return go_on(*found);
    ++disk_.leaves;
    found->doing = Group::Doing::nothing;
  }

  void go_on(Group& group) {
    const SweepTrial& trial = state_.trial(group.trial);
    if (trial.phase == TrialPhase::complete) return start(group, Group::Doing::evaluating);
    if (model_.ends_early(trial, group.epoch)) {
      dispatcher_->ended_early(group.trial);
      told_ = true;
      return start(group, Group::Doing::evaluating);
    }
    ++group.epoch;
    ++disk_.trained;
    start(group, Group::Doing::training);
  }

  void start(Group& group, Group::Doing doing) {
    group.doing = doing;
    events_.emplace(clock_ + 0.1 + random_.next_unit() * random_.next_unit() * 10, static_cast<std::size_t>(&group - groups_.data()));
  }

  void end_of_work(std::size_t index) {
    Group& group = groups_[index];
    if (group.doing == Group::Doing::evaluating) {
      // A trial that patience ended has its files before the decision on it may be in the journal.
      disk_.evaluated.insert(group.trial);
      group.doing = Group::Doing::nothing;
      return;
    }
    const SweepTrial& trial = state_.trial(group.trial);
    const Outcome outcome = model_.outcome(trial, group.epoch);
    if (outcome != Outcome::reports && group.epoch > trial.epochs()) {
      dispatcher_->failed(group.trial, "broken in epoch " + std::to_string(group.epoch), outcome == Outcome::fails);
      group.doing = Group::Doing::nothing;
      return;
    }
    disk_.checkpoints[group.trial] = group.epoch;
    tell(group);
  }

  const SimulatedSweep& sweep_;
  TrialModel model_;
  double crashes_;
  SimulatedDisk& disk_;
  PhiloxStream& random_;
  SweepState state_;
  std::unique_ptr<Dispatcher> dispatcher_;
  std::vector<Group> groups_;
  using EndOfWork = std::pair<double, std::size_t>;  // when, and which group's
  std::priority_queue<EndOfWork, std::vector<EndOfWork>, std::greater<>> events_;
  double clock_ = 0;
  bool told_ = false;  // the dispatcher something that it has not decided on
};

}  // namespace

SimulatedDisk simulate(const SimulatedSweep& sweep, const SimulatedGroups& groups, SimulatedDisk disk) {
  PhiloxStream random(groups.speeds, 0);
  while (true) {
    // After a crash there may be more groups, or fewer.
    const std::int64_t count =
        disk.crashes == 0 ? groups.groups : 1 + static_cast<std::int64_t>(random.next_unit() * static_cast<double>(sweep.workers));
    try {
      Process(sweep, count, groups.crashes_per_commit, disk, random).run();
      return disk;
    } catch (Crash) {
      ++disk.crashes;
    }
  }
}

}  // namespace agsweep::testing_support
