// SweepState::replay and its parts.
#include <algorithm>  // std::ranges::find
#include <set>

#include "base/error.hpp"
#include "sweeps/journal/distribution.hpp"  // same_space
#include "sweeps/state/sweep_state.hpp"
#include "sweeps/state/trial_run.hpp"

namespace agsweep {

namespace {

LogicalStart start_of(const nlohmann::json& value) {
  const auto part = [&](const char* entry) { return whole_number_in(value, entry, start_attribute); };
  const LogicalStart start{.worker = part("worker"), .time = part("time"), .epoch = part("epoch")};
  if (start.worker < 0 || start.time < 0) throw DataError("{}: {} has a negative number", start_attribute, value.dump());
  return start;
}

std::string text_of(const nlohmann::json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

}  // namespace

void SweepState::check_study(const Study& study) const {
  if (study.maximise != maximise_) {
    throw DataError("{}: its study is {}, but the spec's metric {} is not", study.file, study.maximise ? "maximised" : "minimised",
                    to_word(spec_.metric));
  }
  if (!study.trials.empty() && !same_space(study.space, spec_.space)) {
    throw DataError("{}: its trials have another [space] than the spec", study.file);
  }
}

/// The run that a trial's attributes name; nullopt where none does.
std::optional<SweepState::Run> SweepState::stored_run(const StudyTrial& stored) const {
  const std::optional<Run> named = named_run(stored.attributes);
  if (!named) return {};
  const Run& run = *named;
  if (run.first < -asked_ - 1 || run.first >= spec_.trials) {
    throw DataError("configuration {} is not in [{}, {})", run.first, -asked_ - 1, spec_.trials);
  }
  if (std::ranges::find(spec_.seeds, run.second) == spec_.seeds.end()) throw DataError("seed {} is none of the spec's", run.second);
  return run;
}

/// A crash may have cut a group of lines after a trial's first. Nobody trained that trial: it may stand for any open run of its point, the
/// next in order if it can. Else a failed run was begun once more.
SweepState::Run SweepState::run_without_attribute(const StudyTrial& stored) const {
  if (stored.was_waiting) return {-asked_ - 1, spec_.seeds.front()};
  const Point& point = stored.point;
  for (std::int64_t asked = 1; asked <= asked_; ++asked) {
    for (const std::int64_t seed : spec_.seeds) {
      if (!begun_.contains({-asked, seed}) && configurations_.at(-asked) == point) return {-asked, seed};
    }
  }
  std::optional<Run> unseen;
  const auto seeds = static_cast<std::int64_t>(spec_.seeds.size());
  for (std::int64_t i = 0; i < spec_.trials * seeds && !unseen; ++i) {
    const Run run{i / seeds, spec_.seeds[static_cast<std::size_t>(i % seeds)]};
    if (!spec_.has(run.first) || begun_.contains(run)) continue;
    const auto known = configurations_.find(run.first);
    if (known == configurations_.end()) unseen = run;
    if ((known == configurations_.end() ? draw(run.first) : known->second) == point) return run;
  }
  for (const Run& run : failed_runs()) {
    if (configurations_.at(run.first) == point) return run;
  }
  if (!unseen) throw DataError("there are more trials than the spec's");
  return *unseen;  // another machine's mathematics drew a point that differs by rounding
}

void SweepState::replay_created(std::int64_t number, const StudyTrial& stored) {
  const std::optional<Run> known = stored_run(stored);
  add_trial(known ? *known : run_without_attribute(stored), stored.point, stored.datetime_start);
  if (!known) note_run(number);
}

void SweepState::replay_reported(const StudyEvent& event) {
  const SweepTrial& before = trial(event.trial);
  if (before.phase != TrialPhase::running) throw DataError("reported epoch {}, but does not run", event.report.epoch);
  if (event.report.epoch != before.epochs() + 1) throw DataError("reported epoch {} after epoch {}", event.report.epoch, before.epochs());
  decide(event.trial, event.report.value);
}

void SweepState::replay_attribute(const StudyEvent& event) {
  SweepTrial& trial = at(event.trial);
  if (event.key == start_attribute) {
    trial.start = start_of(event.value);
    if (trial.start.epoch != trial.epochs()) throw DataError("{}: {} is not after epoch {}", event.key, event.value.dump(), trial.epochs());
  } else if (event.key == retries_attribute) {
    trial.retries = whole_number(event.value, event.key);
  } else if (event.key == error_attribute) {
    trial.error = text_of(event.value);
    scheduler_->retire(event.trial, true);
    set_phase(trial, TrialPhase::failed);
  } else if (event.key == stopped_attribute) {
    trial.stopped = true;
    scheduler_->retire(event.trial, false);
    set_phase(trial, TrialPhase::pruned);
  } else if (event.key == paused_attribute) {
    if (trial.phase != TrialPhase::paused)
      throw DataError("{}: {}, but the spec's scheduler did not pause it", event.key, event.value.dump());
    if (event.value == true) return;
    scheduler_->promote(event.trial);
    set_phase(trial, TrialPhase::running);
  }
}

void SweepState::replay_finished(const StudyEvent& event) {
  SweepTrial& trial = at(event.trial);
  const TrialPhase phase = event.state == TrialState::complete ? TrialPhase::complete
                           : event.state == TrialState::pruned ? TrialPhase::pruned
                                                               : TrialPhase::failed;
  if (trial.phase == phase) return;
  // What its reports do not tell: patience ended it, or the end of the sweep its pause.
  const bool may_end_so = phase == TrialPhase::complete ? trial.phase == TrialPhase::running && trial.best_epoch > 0
                                                        : phase == TrialPhase::pruned && trial.phase == TrialPhase::paused;
  if (!may_end_so) throw DataError("ended in state {}, which does not follow from its reports", static_cast<std::int64_t>(event.state));
  if (phase == TrialPhase::complete) {
    scheduler_->complete(event.trial);
  } else {
    scheduler_->retire(event.trial, false);
  }
  set_phase(trial, phase);
}

/// The one that a Dispatcher gives the next trial.
std::int64_t SweepState::free_worker() const {
  std::set<std::int64_t> taken;
  for (const SweepTrial& trial : trials_) {
    if (trial.phase == TrialPhase::running) taken.insert(trial.start.worker);
  }
  std::int64_t worker = 0;
  while (taken.contains(worker)) ++worker;
  return worker;
}

void SweepState::replay(const Study& study, std::string_view now) {
  if (study.name.empty()) return;
  journal_ = study.file;
  check_study(study);
  lines_.clear();  // the study's line is there
  attributes_ = study.attributes;
  metric_named_ = study.system_attributes.contains(std::string(metric_names_attribute));
  mail_ = study.mail;
  std::int64_t number = 0;
  try {
    for (const StudyEvent& event : study.events) {
      number = event.trial;
      switch (event.kind) {
        case StudyEvent::Kind::created:
          replay_created(number, study.trials.at(static_cast<std::size_t>(number)));
          break;
        case StudyEvent::Kind::reported:
          replay_reported(event);
          break;
        case StudyEvent::Kind::attribute:
          replay_attribute(event);
          break;
        case StudyEvent::Kind::finished:
          replay_finished(event);
          break;
      }
    }
  } catch (const DataError& error) {
    // Its rule was another one where trials ended early.
    const char* const way_on = spec_.scheduler.kind == SchedulerKind::asha
                                   ? " (a sweep under ASHA that an earlier version began can be finished by that version alone)"
                                   : "";
    throw DataError("{}: trial {}: {}{}", study.file, number, error.what(), way_on);
  }
  // What followed from the last line of a group that a crash cut.
  for (std::size_t i = 0; i < trials_.size(); ++i) {
    const StudyTrial& stored = study.trials[i];
    const auto which = static_cast<std::int64_t>(i);
    if (trials_[i].phase == TrialPhase::paused && !is_paused(stored)) note(which, paused_attribute, true);
    if (trials_[i].ended() && stored.state == TrialState::running) {
      without_end_.insert(which);
      if (trials_[i].phase == TrialPhase::failed) conclude(which, now);
    }
    if (trials_[i].phase == TrialPhase::running && trials_[i].start.worker < 0) {
      set_start(which, {.worker = free_worker(), .time = time(), .epoch = trials_[i].epochs()});
    }
  }
}

}  // namespace agsweep
