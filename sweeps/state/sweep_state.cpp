#include "sweeps/state/sweep_state.hpp"

#include <algorithm>  // std::max
#include <utility>    // std::exchange

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/utc_time.hpp"
#include "sweeps/journal/journal_record.hpp"

namespace agsweep {

namespace {

/// A UTC time of the journal so many seconds later, to the microsecond; nullopt where it is none.
std::optional<std::string> later(const std::string& time, double seconds) {
  const std::optional<double> start = utc_seconds(time);
  return start ? std::optional(utc_text(*start + seconds, 6)) : std::nullopt;
}

}  // namespace

SweepState::SweepState(const SweepSpec& spec, std::int64_t epochs, std::string writer, OptionCheck check)
    : spec_(spec),
      epochs_(epochs),
      writer_(std::move(writer)),
      check_(std::move(check)),
      maximise_(higher_is_better(spec.metric)),
      sampler_(make_sampler(spec)),
      scheduler_(make_scheduler(spec.scheduler, epochs)) {
  lines_.push_back(study_line(writer_, spec.name, maximise_));
}

std::vector<std::string> SweepState::take_lines() { return std::exchange(lines_, {}); }

void SweepState::set_attribute(const std::string& key, const nlohmann::json& value) {
  const auto known = attributes_.find(key);
  if (known != attributes_.end() && known->second == value) return;
  attributes_[key] = value;
  lines_.push_back(study_attribute_line(writer_, key, value));
}

void SweepState::name_metric() {
  if (!std::exchange(metric_named_, true)) lines_.push_back(metric_name_line(writer_, to_word(spec_.metric)));
}

std::int64_t SweepState::time() const {
  std::int64_t latest = 0;
  for (const SweepTrial& trial : trials_) latest = std::max(latest, trial.time());
  return latest;
}

std::int64_t SweepState::planned() const {
  const auto extra = static_cast<std::int64_t>(trials_.size()) - static_cast<std::int64_t>(begun_.size());
  const auto waiting = static_cast<std::int64_t>(waiting_.size() * spec_.seeds.size());
  return runs() + waiting + extra + static_cast<std::int64_t>(again_.size());
}

TrialCounts SweepState::counts() const {
  TrialCounts counts{.pending = planned() - static_cast<std::int64_t>(trials_.size())};
  for (const SweepTrial& trial : trials_) ++counts.of(trial.phase);
  return counts;
}

std::int64_t SweepState::runs() const { return (spec_.own_trials() + asked_) * static_cast<std::int64_t>(spec_.seeds.size()); }

std::vector<std::int64_t> SweepState::ranking() const {
  std::vector<std::int64_t> best_first;
  for (const Record& record : complete_) best_first.push_back(record.trial);
  return best_first;
}

std::optional<std::int64_t> SweepState::best() const {
  if (!complete_.empty()) return complete_.begin()->trial;
  std::optional<std::int64_t> best;
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    if (trials_[i].phase == TrialPhase::failed || trials_[i].best_epoch == 0) continue;
    if (!best || score(trials_[i].value()) > score(trial(*best).value())) best = static_cast<std::int64_t>(i);
  }
  return best;
}

bool SweepState::among_best(std::int64_t number, std::int64_t count) const {
  auto record = complete_.begin();
  for (std::int64_t i = 0; i < count && record != complete_.end(); ++i, ++record) {
    if (record->trial == number) return true;
  }
  return false;
}

std::vector<Observation> SweepState::history() const {
  std::vector<Observation> history;
  for (const SweepTrial& trial : trials_) {
    history.push_back({.point = trial.point,
                       .epoch = trial.epochs(),
                       .score = trial.best_epoch > 0 ? score(trial.value()) : 0,
                       .complete = trial.phase == TrialPhase::complete,
                       .failed = trial.phase == TrialPhase::failed});
  }
  return history;
}

/// The point of a configuration that has not begun.
Point SweepState::draw(std::int64_t configuration) const {
  const auto given = static_cast<std::int64_t>(spec_.first_trials.size());
  if (configuration < given) return spec_.first_trials[static_cast<std::size_t>(configuration)];
  // What no other sampler reads would cost O(trials) a trial.
  return sampler_->sample(configuration - given, looks_back(spec_.sampler) ? history() : std::vector<Observation>());
}

std::optional<SweepState::Run> SweepState::next_run() {
  const auto seeds = static_cast<std::int64_t>(spec_.seeds.size());
  for (; first_open_ < spec_.trials * seeds; ++first_open_) {
    if (!spec_.has(first_open_ / seeds)) continue;
    const Run run{first_open_ / seeds, spec_.seeds[static_cast<std::size_t>(first_open_ % seeds)]};
    if (!begun_.contains(run)) return run;
  }
  return {};
}

void SweepState::note(std::int64_t number, std::string_view key, const nlohmann::json& value) {
  lines_.push_back(trial_attribute_line(writer_, number, key, value));
}

void SweepState::set_phase(SweepTrial& trial, TrialPhase phase) {
  running_ += (phase == TrialPhase::running ? 1 : 0) - (trial.phase == TrialPhase::running ? 1 : 0);
  if (phase == TrialPhase::complete) complete_.insert({.score = score(trial.value()), .trial = &trial - trials_.data()});
  trial.phase = phase;
}

void SweepState::set_start(std::int64_t number, const LogicalStart& start) {
  if (trial(number).start == start) return;  // the line was written, what follows it was not
  at(number).start = start;
  note(number, start_attribute, {{"worker", start.worker}, {"time", start.time}, {"epoch", start.epoch}});
}

SweepTrial& SweepState::running_trial(std::int64_t number, std::string_view event) {
  SweepTrial& trial = at(number);
  if (trial.phase == TrialPhase::running) return trial;
  throw RunTimeError("trial {}: {}, but it is {}", number, event, to_word(trial.phase));
}

std::int64_t SweepState::add_trial(const Run& run, const Point& point, std::string_view began) {
  configurations_.emplace(run.first, point);
  trials_.push_back({.point = point, .configuration = run.first, .seed = run.second, .began = std::string(began)});
  ++running_;
  begun_.insert(run);
  asked_ = std::max(asked_, -run.first);
  return static_cast<std::int64_t>(trials_.size()) - 1;
}

void SweepState::note_run(std::int64_t number) {
  note(number, run_attribute, {{"configuration", trial(number).configuration}, {"seed", trial(number).seed}});
}

std::int64_t SweepState::begin(const Run& run, std::string_view now) {
  const auto known = configurations_.find(run.first);
  const std::int64_t number = add_trial(run, known != configurations_.end() ? known->second : draw(run.first), now);
  if (!again_.empty() && again_.back() == run) again_.pop_back();
  lines_.push_back(trial_line(writer_, spec_.space, trial(number).point, now));
  note_run(number);
  return number;
}

std::optional<std::int64_t> SweepState::begin_next(std::string_view now) {
  std::optional<Run> run = again_.empty() ? next_asked_run() : std::optional(again_.back());
  if (run) return begin(*run, now);
  if (const auto number = begin_waiting(now)) return number;
  run = next_run();
  return run ? std::optional(begin(*run, now)) : std::nullopt;
}

std::optional<std::int64_t> SweepState::next(std::int64_t worker, std::int64_t time, std::string_view now) {
  std::optional<std::int64_t> number = scheduler_->promotable();
  const bool begins = !number && (number = begin_next(now));
  if (!number && running_ == 0) number = scheduler_->last_promotable();
  if (!number) return {};
  // A trial that goes on runs from its last line on, so that it never runs without a place in logical time.
  set_start(*number, {.worker = worker, .time = time, .epoch = trial(*number).epochs()});
  if (begins) return number;
  scheduler_->promote(*number);
  set_phase(at(*number), TrialPhase::running);
  note(*number, paused_attribute, false);
  return number;
}

/// Enters a running trial's next value, and what follows from it.
Verdict SweepState::decide(std::int64_t number, double value) {
  SweepTrial& trial = at(number);
  trial.values.push_back(value);
  if (trial.best_epoch == 0 || score(value) > score(trial.value())) trial.best_epoch = trial.epochs();
  const Verdict verdict = scheduler_->report(number, trial.epochs(), score(value));
  if (verdict == Verdict::pause) set_phase(trial, TrialPhase::paused);
  if (verdict == Verdict::stop) set_phase(trial, TrialPhase::pruned);
  if (verdict == Verdict::go_on && trial.epochs() == epochs_) set_phase(trial, TrialPhase::complete);
  return verdict;
}

void SweepState::finish(std::int64_t number, TrialPhase phase, std::string_view now) {
  set_phase(at(number), phase);
  write_end(number, now);
}

void SweepState::conclude(std::int64_t number, std::string_view now) {
  if (without_end_.erase(number) > 0) write_end(number, now);
}

void SweepState::write_end(std::int64_t number, std::string_view now) {
  const SweepTrial& trial = this->trial(number);
  const TrialState state = trial.phase == TrialPhase::complete ? TrialState::complete
                           : trial.phase == TrialPhase::failed ? TrialState::failed
                                                               : TrialState::pruned;
  const bool has_value = trial.phase != TrialPhase::failed && trial.best_epoch > 0;
  const auto seconds = seconds_.find(number);
  const std::string end = seconds == seconds_.end() ? std::string(now) : later(trial.began, seconds->second).value_or(std::string(now));
  lines_.push_back(finish_line(writer_, number, state, has_value ? std::optional(trial.value()) : std::nullopt, end));
}

Verdict SweepState::report(std::int64_t number, std::int64_t epoch, double value) {
  const SweepTrial& before = trial(number);
  if (epoch >= 1 && epoch <= before.epochs()) {
    if (before.phase == TrialPhase::paused) return Verdict::pause;
    return before.phase == TrialPhase::running || before.phase == TrialPhase::complete ? Verdict::go_on : Verdict::stop;
  }
  running_trial(number, "reported another epoch");
  if (epoch != before.epochs() + 1) {
    throw RunTimeError(
        "trial {}: reported epoch {} after epoch {}: {} is older than the trial's checkpoints; without those, it is trained "
        "once more",
        number, epoch, before.epochs(), journal_);
  }
  lines_.push_back(report_line(writer_, number, epoch, value));
  const Verdict verdict = decide(number, value);
  if (verdict == Verdict::pause) note(number, paused_attribute, true);
  if (trial(number).ended()) without_end_.insert(number);
  return verdict;
}

void SweepState::end_early(std::int64_t number, std::string_view now) {
  if (running_trial(number, "ended early").best_epoch == 0) {
    fail(number, "it ended before its first epoch did", false, now);
    return;
  }
  scheduler_->complete(number);
  finish(number, TrialPhase::complete, now);
}

bool SweepState::fail(std::int64_t number, const std::string& reason, bool retry, std::string_view now) {
  SweepTrial& trial = running_trial(number, "failed");
  if (retry && trial.retries < spec_.retries) {
    note(number, retries_attribute, ++trial.retries);
    return true;
  }
  trial.error = reason;
  scheduler_->retire(number, true);
  note(number, error_attribute, reason);
  finish(number, TrialPhase::failed, now);
  return false;
}

std::vector<SweepState::Run> SweepState::failed_runs() const {
  std::map<Run, TrialPhase> last;  // a run's later trial replaces its earlier ones, which failed
  for (const SweepTrial& trial : trials_) last[{trial.configuration, trial.seed}] = trial.phase;
  std::vector<Run> failed;
  for (const auto& [run, phase] : last) {
    if (phase == TrialPhase::failed) failed.push_back(run);
  }
  return failed;
}

void SweepState::retry_failed() {
  const std::vector<Run> failed = failed_runs();
  again_.assign(failed.rbegin(), failed.rend());
}

bool SweepState::finished() const {
  return running_ == 0 && again_.empty() && waiting_.empty() && static_cast<std::int64_t>(begun_.size()) == runs() &&
         !scheduler_->promotable() && !scheduler_->last_promotable();
}

void SweepState::close(std::string_view now) {
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    if (trials_[i].phase != TrialPhase::paused) continue;
    const auto number = static_cast<std::int64_t>(i);
    scheduler_->retire(number, false);
    finish(number, TrialPhase::pruned, now);
  }
}

}  // namespace agsweep
