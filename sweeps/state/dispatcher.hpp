#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>  // std::pair
#include <vector>

#include "sweeps/state/sweep_state.hpp"

namespace agsweep {

/// What a group that trains a trial does next.
enum class Answer {
  go_on,
  leave,  // the trial waits or has ended here: its checkpoint stays, and the group asks for another
};

/// Gives trials to groups and decides on what they report, in an order that may be logical instead of the clock's.
///
/// There are W logical workers, each with one trial at a time. Deterministic, each trains an epoch in one unit of time, and reports are
/// decided in the order (time, worker): a report waits until no earlier one can come, so that the same sweep takes the same decisions
/// whatever the speed of its groups, and whether or not it was interrupted. Otherwise reports are decided as they come.
/// A group that asks for work trains whatever trial is ready; groups may be fewer than workers. A trial is in one group's hands at most:
/// who is told to leave it still writes its files for a while, and until then no other group gets it. A group goes on from the last
/// checkpoint of its trial, which may lie beyond the last epoch that was reported, or before it: it reports each epoch from there on.
class Dispatcher {
 public:
  using Answers = std::vector<std::pair<std::int64_t, Answer>>;  // by trial

  /// Trials that run in `state` (after a replay) are ready to go on.
  /// @param workers  at least 1; where more trials run, so many, unless deterministic
  /// @throws DataError when deterministic and a trial runs at a worker beyond these
  Dispatcher(SweepState& state, std::int64_t workers, bool deterministic);

  /// A trial that is complete, but whose last evaluation did not come to its end (only its files tell), is ready too. After a replay.
  void finalise(std::int64_t trial) { ready_.push_back(trial); }

  /// A trial that no group trains yet; it is in the caller's hands until ended() or failed(). A complete one lacks its last evaluation
  /// only.
  std::optional<std::int64_t> take();
  bool has_ready() const { return !ready_.empty(); }

  /// The caller's trial has an epoch behind it: decide() answers. What a trial that has ended tells once more changes nothing.
  /// @throws RunTimeError for a second report before the first was answered
  void reported(std::int64_t trial, std::int64_t epoch, double value);
  /// The caller's trial is in its hands no more. @param done  it has come to its end, its last evaluation too; else it was told to leave
  void ended(std::int64_t trial, bool done);
  /// Nor is this one. Where the group was told to leave it, or its last report has no answer yet, what was reported stands, and another
  /// group goes on after it.
  void failed(std::int64_t trial, std::string reason, bool retry);

  /// The state has stopped this trial: nothing of it is decided any more.
  /// @return whether a group has it, and is to be told to leave now, whatever it is at
  bool stopped(std::int64_t trial);

  /// Complete trials whose last evaluation failed, and why. With retries left they are ready again instead.
  const std::map<std::int64_t, std::string>& unfinished() const { return unfinished_; }

  /// Decides all that can be decided now, and gives free workers their next trials. Then commit the state's lines, then answer, then give
  /// groups without a trial what take() has.
  /// @param idle_groups  groups without a trial: so many fewer have to leave theirs for one that is ready
  /// @return trials whose groups have waited for an answer to reported(): on each exactly one comes, unless the group left or failed first
  Answers decide(std::string_view now, std::int64_t idle_groups = 0);

 private:
  struct Event {
    enum class Kind { reported, ended_early, failed };
    Kind kind = Kind::reported;
    std::int64_t epoch = 0;
    double value = 0;
    std::string reason = {};
    bool retry = false;
  };
  struct Worker {
    std::optional<std::int64_t> trial;
    std::int64_t time = 0;  // when its trial's epoch under way began
    std::optional<Event> event;
    bool group_waits = false;  // for the answer to the event
  };

  bool enter(std::int64_t trial, Event event);
  bool let_go(std::int64_t trial);
  void answer(std::int64_t trial, Answer answer, Answers& answers);
  void fill(std::string_view now);
  std::optional<std::size_t> next_event();
  void decide_event(std::size_t worker, std::string_view now, Answers& answers);
  void free_groups(std::int64_t idle_groups, Answers& answers);

  SweepState& state_;
  bool deterministic_;
  std::vector<Worker> workers_;
  std::map<std::int64_t, std::size_t> worker_of_;  // by trial
  std::deque<std::int64_t> ready_;                 // trials that wait for a group
  std::deque<std::size_t> arrived_;                // workers whose events came, in that order
  std::map<std::int64_t, bool> held_;              // trials in groups' hands: whether the group was told to leave
  std::vector<std::int64_t> told_again_;           // trials that run no more whose groups wait for an answer
  std::map<std::int64_t, std::string> unfinished_;
  std::map<std::int64_t, std::int64_t> tries_;  // of last evaluations that failed, by trial
  std::int64_t time_ = 0;                       // of the last report that was decided
};

}  // namespace agsweep
