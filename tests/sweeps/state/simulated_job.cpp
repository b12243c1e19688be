#include "tests/sweeps/state/simulated_job.hpp"

#include <algorithm>   // std::max, std::ranges::all_of, std::ranges::any_of
#include <functional>  // std::greater
#include <optional>
#include <queue>
#include <utility>  // std::exchange, std::move

#include <fmt/format.h>

#include "base/error.hpp"
#include "sweeps/state/coordinator.hpp"
#include "tests/sweeps/state/simulated_group.hpp"

namespace agsweep::testing_support {
namespace {

using Group = SimulatedGroup;
using Event = SimulatedEvent;
using Outcome = TrialModel::Outcome;

constexpr double longest_look = 1.001;  // the coordinator looks around once a second

/// One job, from its start to its end.
class Job final : public SimulatedSite {
 public:
  Job(SimulatedWorld& world, std::int64_t groups, bool retry_failed) : SimulatedSite(world) {
    if (retry_failed) state_.retry_failed();
    append(state_.take_lines());
    const double budget = world.fault(world.how.budgets) ? 1 + 30 * world.random.next_unit() : 0;
    if (budget > 0) schedule(budget + longest_look, Event::Kind::poll, 0);
    coordinator_.emplace(state_, *this,
                         Coordinator::Options{.groups = static_cast<int>(groups),
                                              .workers = world.sweep.workers,
                                              .deterministic = world.sweep.deterministic,
                                              .seconds = budget,
                                              .lock = std::to_string(id_)});
    groups_.resize(static_cast<std::size_t>(groups));
    const std::int64_t ranks = (groups + world.how.groups_per_rank - 1) / world.how.groups_per_rank;
    stop_.resize(static_cast<std::size_t>(ranks));
    abandoned_.resize(static_cast<std::size_t>(ranks));
    dead_.resize(static_cast<std::size_t>(ranks));
  }

  JobEnd run() {
    for (Group& group : groups_) post(group, GroupMessage::WantsWork{});
    schedule(0, Event::Kind::poll, 0);
    constexpr int most_events = 100'000;
    for (int events = 0; !events_.empty(); ++events) {
      require(events < most_events, "there is no end");
      befall();
      const Event event = events_.top();
      events_.pop();
      world_.clock = std::max(world_.clock, event.time);
      handle(event);
      if (all_gone()) break;
    }
    require(all_gone(), "a wait without an end");
    if (failed_) return JobEnd::failed;
    return coordinator_->interrupted() ? JobEnd::stopped : JobEnd::ended;
  }

  SweepState take_state() { return std::move(state_); }
  bool unfinished() const { return !coordinator_->unfinished().empty(); }

 private:
  std::size_t rank_of(const Group& group) const { return index_of(group) / static_cast<std::size_t>(world_.how.groups_per_rank); }
  std::size_t index_of(const Group& group) const { return static_cast<std::size_t>(&group - groups_.data()); }
  bool all_gone() const {
    return std::ranges::all_of(groups_, [](const Group& group) { return group.doing == Group::Doing::gone; });
  }
  double delay() { return world_.random.next_unit() * world_.random.next_unit(); }
  void schedule(double time, Event::Kind kind, std::size_t group) {
    events_.push({.time = world_.clock + time, .sequence = ++sequence_, .kind = kind, .group = group});
  }

  /// What comes from outside.
  void befall() {
    if (is_asked()) schedule(longest_look, Event::Kind::poll, 0);
    if (world_.fault(world_.how.kills)) {
      if (world_.chance(0.5)) throw Killed();
      // One rank is killed; the launcher ends the others a moment later.
      dead_[world_.random.below(static_cast<std::uint32_t>(dead_.size()))] = true;
      schedule(world_.random.next_unit() * 3, Event::Kind::end_of_all, 0);
    }
    if (world_.fault(world_.how.stops)) {
      const std::size_t rank = world_.random.below(static_cast<std::uint32_t>(stop_.size()));
      if (!dead_[rank]) {
        for (Group& group : groups_) {
          if (rank_of(group) == rank && group.doing != Group::Doing::gone) {
            post(group, GroupMessage::StopAsked{});
            break;
          }
        }
        set_stop(rank);
      }
    }
    if (world_.fault(world_.how.stalls)) {
      SimulatedDisk& disk = world_.disk;
      for (auto& [trial, one] : disk.folders) one.user = -1;
      const std::int64_t other = ++world_.jobs;  // that takes the lock over, and ends or is killed before this one wakes up
      disk.lock = other;
      const std::int64_t changes = disk.changes;
      world_.clock += 100;
      try {
        while (!events_.empty()) {
          const Event event = events_.top();
          events_.pop();
          handle(event);
        }
      } catch (LockLost) {
      }
      require(disk.changes == changes, "a job writes whose lock another one has");
      throw Killed();
    }
  }

  void handle(const Event& event) {
    Group& group = groups_[event.group];
    if (world_.how.trace != nullptr) tell(world_.how.trace, fmt::format("{:9.3f} job {}", world_.clock, id_), event, group);
    switch (event.kind) {
      case Event::Kind::end_of_all:
        throw Killed();
      case Event::Kind::poll:
        return poll();
      case Event::Kind::message: {
        const GroupMessage message = group.sent.front();
        group.sent.pop_front();
        if (dead_[0] || failed_) return;
        if (const auto* const report = std::get_if<GroupMessage::Reported>(&message.what))
          reported_[message.group] = {report->trial, report->epoch};
        coordinate([&] { coordinator_->hear(message); });
        // Where the journal's disk is slow, much may be heard before the next decision.
        if (!std::exchange(polling_, true)) schedule(delay() * (world_.chance(0.1) ? 3 : 0.01), Event::Kind::poll, 0);
        return;
      }
      case Event::Kind::order: {
        GroupOrder order = std::move(group.coming.front());
        group.coming.pop_front();
        if (dead_[rank_of(group)]) return;
        const bool stops =
            std::holds_alternative<GroupOrder::Stop>(order.what) || std::holds_alternative<GroupOrder::Abandoned>(order.what);
        if (leaves(order, group.trial)) group.to_leave_now = true;
        group.inbox.push_back(std::move(order));
        if (std::holds_alternative<GroupOrder::Abandoned>(group.inbox.back().what)) abandoned_[rank_of(group)] = true;
        if (stops) set_stop(rank_of(group));
        return wake(group);
      }
      case Event::Kind::work:
        if (!dead_[rank_of(group)]) work(group);
        return;
    }
  }

  // --- rank 0's link
  template <typename Work>
  void coordinate(Work work) try {
    work();
  } catch (const RunTimeError&) {
    failed_ = true;
    for (Group& group : groups_) send({.group = static_cast<int>(index_of(group)), .what = GroupOrder::Abandoned{}});
  }

  void poll() {
    polling_ = false;
    if (dead_[0] || failed_) return;
    coordinate([&] {
      for (GroupOrder& order : coordinator_->decide()) {
        check(order);
        send(std::move(order));
      }
    });
    if (!world_.disk.mail.empty() || !waiting().empty()) schedule(longest_look, Event::Kind::poll, 0);
  }

  void send(GroupOrder order) {
    Group& group = groups_.at(static_cast<std::size_t>(order.group));
    group.coming.push_back(std::move(order));
    group.last_coming = std::max(group.last_coming, world_.clock + 0.1 * delay());
    schedule(group.last_coming - world_.clock, Event::Kind::order, index_of(group));
  }

  /// An order must follow from what the journal has.
  void check(const GroupOrder& order) {
    if (std::holds_alternative<GroupOrder::GoOn>(order.what)) {
      const auto [trial, epoch] = reported_.at(order.group);
      require(journaled_.contains({trial, epoch}),
              fmt::format("trial {} goes on after epoch {}, which the journal does not have", trial, epoch));
    }
    if (std::holds_alternative<GroupOrder::Leave>(order.what)) ++world_.disk.leaves;
  }

  // --- the groups
  /// The trial that an answer, or an order to leave, is about.
  static std::optional<std::int64_t> trial_of(const GroupOrder& order) {
    if (const auto* const go_on = std::get_if<GroupOrder::GoOn>(&order.what)) return go_on->trial;
    if (const auto* const leave = std::get_if<GroupOrder::Leave>(&order.what)) return leave->trial;
    return {};
  }
  static bool leaves(const GroupOrder& order, std::int64_t trial) {
    return std::holds_alternative<GroupOrder::Leave>(order.what) && trial_of(order) == trial;
  }

  void post(Group& group, decltype(GroupMessage::what) what) {
    group.sent.push_back({.group = static_cast<int>(index_of(group)), .what = std::move(what)});
    group.last_sent = std::max(group.last_sent, world_.clock + 0.1 * delay());
    schedule(group.last_sent - world_.clock, Event::Kind::message, index_of(group));
  }

  void set_stop(std::size_t rank) {
    stop_[rank] = true;
    for (Group& group : groups_) {
      if (rank_of(group) == rank && group.doing == Group::Doing::waits) wake(group);
    }
  }

  void start(Group& group, Group::Doing doing, double longest) {
    group.doing = doing;
    schedule(0.001 + delay() * longest, Event::Kind::work, index_of(group));
  }

  /// It looks into its inbox.
  void wake(Group& group) {
    if (group.doing == Group::Doing::waits) {
      if (group.inbox.empty() && !stop_[rank_of(group)]) return;
      bool goes_on = false;
      // Of an earlier trial.
      while (!group.inbox.empty() && trial_of(group.inbox.front()).value_or(group.trial) != group.trial) group.inbox.pop_front();
      if (group.inbox.empty() && !stop_[rank_of(group)]) return;
      group.keep_when_done = group.keep_when_left = group.told_to_leave = false;
      if (!group.inbox.empty()) {
        if (const auto* const go_on = std::get_if<GroupOrder::GoOn>(&group.inbox.front().what)) {
          goes_on = true;
          group.keep_when_done = go_on->keep;
        } else if (const auto* const leave = std::get_if<GroupOrder::Leave>(&group.inbox.front().what)) {
          group.keep_when_left = leave->keep;
          group.told_to_leave = true;
        }
        group.inbox.pop_front();
      }
      if (!goes_on || stop_[rank_of(group)] || group.to_leave_now) return start(group, Group::Doing::leaves, 1);
      return go_on_training(group);
    }
    if (group.doing != Group::Doing::asks) return;
    if (group.inbox.empty()) {
      if (abandoned_[rank_of(group)]) group.doing = Group::Doing::gone;
      return;
    }
    const GroupOrder order = group.inbox.front();
    group.inbox.pop_front();
    // An answer that came when it had left already because of a signal.
    if (std::holds_alternative<GroupOrder::GoOn>(order.what) || std::holds_alternative<GroupOrder::Leave>(order.what)) return wake(group);
    const auto* const train = std::get_if<GroupOrder::Train>(&order.what);
    if (train == nullptr) {
      group.doing = Group::Doing::gone;
      return;
    }
    SimulatedFolder& files = folder(train->trial);
    require(files.user < 0, fmt::format("trial {}: group {} gets it while group {} has it", train->trial, order.group, files.user));
    files.user = order.group;
    const SweepTrial& trial = state_.trial(train->trial);
    // Of another configuration, in a sweep whose journal was restored: set aside.
    if (const std::pair run(trial.configuration, trial.seed); files.run != run) files = {.run = run, .user = order.group};
    files.done = false;  // the journal does not know of its end: it is done again
    group.trial = train->trial;
    group.to_leave_now = std::ranges::any_of(group.inbox, [&](const GroupOrder& next) { return leaves(next, group.trial); });
    group.answered = train->epochs;
    group.keep_when_done = group.keep_when_left = group.told_to_leave = false;
    start(group, Group::Doing::prepares, 1);
  }

  void go_on_training(Group& group) {
    if (group.asked < group.behind) return ask(group, group.asked + 1);
    if (world_.model.at_end(state_.trial(group.trial), group.behind)) return start(group, Group::Doing::evaluates, 5);
    train_epoch(group);
  }

  void train_epoch(Group& group) {
    require(group.behind >= folder(group.trial).trained,
            fmt::format("trial {}: epoch {} is trained although a checkpoint had it", group.trial, group.behind + 1));
    ++world_.disk.trained;
    group.steps = 3;
    start(group, Group::Doing::trains, 3);
  }

  void ask(Group& group, std::int64_t epoch) {
    group.asked = epoch;
    group.doing = Group::Doing::waits;
    post(group,
         GroupMessage::Reported{
             .trial = group.trial, .epoch = epoch, .value = world_.model.value(state_.trial(group.trial), epoch), .config_hash = ""});
    wake(group);
  }

  /// Its files are closed.
  void let_go(Group& group, decltype(GroupMessage::what) last_word) {
    folder(group.trial).user = -1;
    post(group, std::move(last_word));
    group.trial = -1;
    group.doing = Group::Doing::asks;
    post(group, GroupMessage::WantsWork{});
    wake(group);
  }

  void fail(Group& group, const std::string& reason, bool retry, bool no_room = false) {
    let_go(group, GroupMessage::Failed{.trial = group.trial, .reason = reason, .retry = retry, .no_room = no_room});
  }

  void checkpoint(Group& group, bool inside_epoch) {
    change();
    SimulatedFolder& files = folder(group.trial);
    files.checkpoint = group.behind;
    files.inside_epoch = inside_epoch;
    files.trained = std::max(files.trained, group.behind);
  }

  void end(Group& group, bool done) {
    SimulatedFolder& files = folder(group.trial);
    if (done ? group.keep_when_done : group.keep_when_left) {
      change();
      files.weights = true;
    }
    change();
    files.done = done;
    let_go(group, GroupMessage::Ended{.trial = group.trial, .done = done, .seconds = 1, .config_hash = ""});
  }

  /// What it did comes to its end.
  void work(Group& group) try {
    const bool stops = stop_[rank_of(group)] || group.to_leave_now;
    if (group.to_leave_now) group.told_to_leave = true;
    const SweepTrial& trial = state_.trial(group.trial);
    switch (group.doing) {
      case Group::Doing::prepares: {
        group.behind = folder(group.trial).checkpoint;
        const bool inside = folder(group.trial).inside_epoch;
        group.asked = group.behind;
        if (group.behind > 0 && group.answered < group.behind) return ask(group, group.answered + 1);
        if (group.behind > 0 && !inside) return ask(group, group.behind);
        return go_on_training(group);
      }
      case Group::Doing::trains: {
        if (stops) {
          checkpoint(group, true);
          return start(group, Group::Doing::leaves, 0.1);
        }
        if (--group.steps > 0) return start(group, Group::Doing::trains, 3);
        const Outcome outcome = world_.model.outcome(trial, group.behind + 1);
        if (outcome != Outcome::reports && group.behind + 1 > trial.epochs()) {
          return fail(group, "broken in epoch " + std::to_string(group.behind + 1), outcome == Outcome::fails);
        }
        ++group.behind;
        checkpoint(group, false);
        return ask(group, group.behind);
      }
      case Group::Doing::evaluates:
        if (stops) return start(group, Group::Doing::leaves, 0.1);
        return end(group, true);
      case Group::Doing::leaves:
        if (group.told_to_leave && world_.fault(world_.how.failed_leaves)) return fail(group, "out of memory", false);
        return end(group, false);
      case Group::Doing::asks:
      case Group::Doing::waits:
      case Group::Doing::gone:
        break;
    }
    require(false, "work that nobody began");
  } catch (const WriteFailure& failure) {
    // Who leaves has its checkpoint, and cares for no more.
    if (group.doing == Group::Doing::leaves) {
      return let_go(group, GroupMessage::Ended{.trial = group.trial, .done = false, .seconds = 1, .config_hash = ""});
    }
    fail(group, "cannot write", true, failure.full);
  }

  std::optional<Coordinator> coordinator_;
  std::vector<Group> groups_;
  std::vector<bool> stop_;              // by rank
  std::vector<bool> abandoned_, dead_;  // likewise
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::int64_t sequence_ = 0;
  std::map<int, std::pair<std::int64_t, std::int64_t>> reported_;  // by group: the trial and epoch that were heard last
  bool polling_ = true;
  bool failed_ = false;
};

}  // namespace

SimulatedEnd run_job(SimulatedWorld& world, std::int64_t groups, bool retry_failed) {
  Job job(world, groups, retry_failed);
  const JobEnd how = job.run();
  return {.how = how, .unfinished = job.unfinished(), .state = job.take_state()};
}

}  // namespace agsweep::testing_support
