#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>  // std::pair
#include <vector>

#include "sweeps/journal/study.hpp"
#include "sweeps/sample/sampler.hpp"
#include "sweeps/schedule/ranking.hpp"  // SortedRecords
#include "sweeps/schedule/scheduler.hpp"
#include "sweeps/space/read_space.hpp"  // OptionCheck
#include "sweeps/space/sweep_spec.hpp"
#include "sweeps/state/sweep_trial.hpp"
#include "sweeps/state/trial_counts.hpp"

namespace agsweep {

/// All that a sweep knows: its trials, and what comes next. Events go in, verdicts and journal lines come out; a replay of the lines gives
/// the same state. Pure: times are the caller's.
class SweepState {
 public:
  /// @param epochs  the length of each trial's schedule
  /// @param writer  worker_id() of the process that writes the journal
  /// @param check   refuses values that somebody asks for and that the options cannot have
  SweepState(const SweepSpec& spec, std::int64_t epochs, std::string writer, OptionCheck check);

  /// Brings a new state to where a journal ends. Trials that ran then are running. What a crash cut off of the last group of lines, but
  /// follows from those that are there, is among the next lines.
  /// @param study  of the same spec but for more trials, seeds or retries
  /// @throws DataError naming the trial whose lines are not those of such a sweep
  void replay(const Study& study, std::string_view now);

  /// An attribute of the study, for its readers: a line unless the journal says so already. After replay, before the first trial.
  void set_attribute(const std::string& key, const nlohmann::json& value);

  /// Has each configuration and seed whose last trial failed run once more, as a new trial. After replay.
  void retry_failed();

  /// What Optuna calls the trials' value: a line unless the journal says so already. After replay, before the first trial.
  void name_metric();

  /// The trial that a free worker trains now: one that the scheduler promotes, else one that somebody asked for, else the next
  /// configuration.
  /// @param time  logical: time(), or later
  /// @return nullopt where none can begin before another trial has reported, or ever (see finished())
  std::optional<std::int64_t> next(std::int64_t worker, std::int64_t time, std::string_view now);

  /// So many seconds of training and evaluation a trial has taken so far: what its last line will say, whatever time it waited between.
  void took(std::int64_t trial, double seconds) { seconds_[trial] = seconds; }

  /// An ended trial is in nobody's hands any more, and knows its seconds: its last line, unless it has it.
  void conclude(std::int64_t trial, std::string_view now);

  /// A running trial's epoch has ended. An epoch that was reported before changes nothing: the answer is what the trial is now.
  /// @param value  of the metric; finite
  /// @return go_on also after the last epoch: the trial is then complete. Where the trial has ended, conclude() is to follow
  /// @throws RunTimeError for an epoch that is not the next, or a trial that does not run; so do end_early and fail
  Verdict report(std::int64_t trial, std::int64_t epoch, double value);

  /// A running trial has ended before its schedule's last epoch because its own options say so (patience, max_steps).
  void end_early(std::int64_t trial, std::string_view now);

  /// A running trial has failed.
  /// @param retry  whether another try may help (hardware, communication)
  /// @return whether it goes on, because the spec's retries are not used up
  bool fail(std::int64_t trial, const std::string& reason, bool retry, std::string_view now);

  /// What waits in the journal now: each is tried as a configuration of its own, under every seed, in this order. Not with logical time,
  /// since nothing in a sweep tells when it came. @return whether it is news
  bool set_waiting(const std::vector<WaitingTrial>& waiting);

  /// Has a configuration wait in the journal. Asked for once more by the same mail, nothing changes.
  /// @throws DataError for other parameters than the space's, as stop
  void enqueue(const nlohmann::json& parameters, const std::string& mail);

  /// Somebody asks for a trial's end: it is pruned, with its value so far if it has one. @return false: it had ended before
  /// @throws DataError for a trial that has not begun
  bool stop(std::int64_t trial, std::string_view now);

  /// No trial runs, and none can begin.
  bool finished() const;
  /// A finished sweep's paused trials become pruned, each with its value so far.
  void close(std::string_view now);

  /// What errors call the journal.
  const std::string& journal() const { return journal_; }
  const SweepSpec& spec() const { return spec_; }
  std::int64_t epochs() const { return epochs_; }
  bool maximise() const { return maximise_; }
  const std::vector<SweepTrial>& trials() const { return trials_; }
  const SweepTrial& trial(std::int64_t number) const { return trials_.at(static_cast<std::size_t>(number)); }
  /// The latest logical time of a trial: that of the last report.
  std::int64_t time() const;
  /// Trials that will be there when every configuration has begun, those already there among them.
  std::int64_t planned() const;
  TrialCounts counts() const;
  /// The complete trials, best first; ties go to the lower number.
  std::vector<std::int64_t> ranking() const;
  /// The best complete trial; before there is one, the best so far of the others that have not failed; nullopt before the first epoch.
  std::optional<std::int64_t> best() const;
  /// Whether a trial is one of the first `count` of the ranking.
  bool among_best(std::int64_t number, std::int64_t count) const;
  /// Whether some configuration and seed has no other trial than failed ones.
  bool has_failed_runs() const { return !failed_runs().empty(); }

  /// The journal lines of what happened since the last call, to be appended as one group before anybody hears of it.
  std::vector<std::string> take_lines();

 private:
  using Run = std::pair<std::int64_t, std::int64_t>;  // configuration and seed

  SweepTrial& at(std::int64_t number) { return trials_.at(static_cast<std::size_t>(number)); }
  double score(double value) const { return maximise_ ? value : -value; }
  SweepTrial& running_trial(std::int64_t number, std::string_view event);
  Point draw(std::int64_t configuration) const;
  std::vector<Observation> history() const;
  std::optional<Run> next_asked_run();
  std::optional<Run> next_run();
  std::optional<std::int64_t> begin_next(std::string_view now);
  std::optional<std::int64_t> begin_waiting(std::string_view now);
  std::int64_t runs() const;             // of the configurations that are known or can be drawn
  std::vector<Run> failed_runs() const;  // those whose last trial failed
  std::int64_t begin(const Run& run, std::string_view now);
  std::int64_t add_trial(const Run& run, const Point& point, std::string_view began);
  void note_run(std::int64_t number);
  void note(std::int64_t number, std::string_view key, const nlohmann::json& value);
  void set_phase(SweepTrial& trial, TrialPhase phase);
  void set_start(std::int64_t number, const LogicalStart& start);
  Verdict decide(std::int64_t number, double value);
  void finish(std::int64_t number, TrialPhase phase, std::string_view now);
  void write_end(std::int64_t number, std::string_view now);
  void check_study(const Study& study) const;
  std::optional<Run> stored_run(const StudyTrial& stored) const;
  Run run_without_attribute(const StudyTrial& stored) const;
  std::int64_t free_worker() const;
  void replay_created(std::int64_t number, const StudyTrial& stored);
  void replay_reported(const StudyEvent& event);
  void replay_attribute(const StudyEvent& event);
  void replay_finished(const StudyEvent& event);

  SweepSpec spec_;
  std::int64_t epochs_;
  std::string writer_;
  OptionCheck check_;
  std::string journal_ = "journal.log";  // for errors
  bool maximise_;
  std::unique_ptr<Sampler> sampler_;
  std::unique_ptr<Scheduler> scheduler_;
  std::vector<SweepTrial> trials_;                // by number
  std::map<std::int64_t, Point> configurations_;  // those begun
  std::set<Run> begun_;
  std::int64_t first_open_ = 0;             // all runs before it have begun, counted configuration by configuration, in each the seeds
  std::map<std::int64_t, double> seconds_;  // by trial
  std::set<std::int64_t> without_end_;      // ended trials whose last line is not written
  std::vector<Run> again_;                  // failed ones to run once more, the next last
  std::int64_t asked_ = 0;                  // configurations that somebody asked for and that have begun: -1 to -asked_
  std::int64_t first_open_asked_ = 0;       // as first_open_, of those
  std::vector<WaitingTrial> waiting_;       // the next first
  std::set<std::string> mail_;              // that asked for a trial which waits or has begun
  std::int64_t running_ = 0;
  SortedRecords complete_;                            // by score
  std::map<std::string, nlohmann::json> attributes_;  // the study's
  bool metric_named_ = false;
  std::vector<std::string> lines_;
};

/// What the journal says of a trial beside Optuna's own fields.
constexpr std::string_view run_attribute = "agsweep:run";          // {configuration, seed}
constexpr std::string_view start_attribute = "agsweep:start";      // {worker, time, epoch}; before the end of a pause
constexpr std::string_view retries_attribute = "agsweep:retries";  // that were used
constexpr std::string_view stopped_attribute = "agsweep:stopped";  // true: somebody asked for its end

}  // namespace agsweep
