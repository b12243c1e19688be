#include "sweeps/state/dispatcher.hpp"

#include <algorithm>   // std::count_if, std::find, std::max, std::ranges::sort
#include <functional>  // std::greater
#include <utility>     // std::exchange, std::move

#include "base/error.hpp"

namespace agsweep {

Dispatcher::Dispatcher(SweepState& state, std::int64_t workers, bool deterministic)
    : state_(state), deterministic_(deterministic), workers_(static_cast<std::size_t>(workers)), time_(state.time()) {
  for (std::size_t i = 0; i < state.trials().size(); ++i) {
    const SweepTrial& trial = state.trials()[i];
    if (trial.phase != TrialPhase::running) continue;
    auto place = static_cast<std::size_t>(trial.start.worker);
    if (place >= workers_.size() || workers_[place].trial) {
      if (deterministic) {
        throw DataError("{}: trial {}: it runs at worker {}, but of the {} workers that one is not free", state.journal(), i,
                        trial.start.worker, workers);
      }
      place = 0;
      while (place < workers_.size() && workers_[place].trial) ++place;
      if (place == workers_.size()) workers_.emplace_back();
    }
    const auto number = static_cast<std::int64_t>(i);
    workers_[place] = {.trial = number, .time = trial.time(), .event = {}};
    worker_of_[number] = place;
    ready_.push_back(number);
  }
}

std::optional<std::int64_t> Dispatcher::take() {
  const auto free = std::find_if(ready_.begin(), ready_.end(), [this](std::int64_t trial) { return !held_.contains(trial); });
  if (free == ready_.end()) return {};
  const std::int64_t trial = *free;
  ready_.erase(free);
  held_[trial] = false;
  return trial;
}

/// @return whether the trial runs, so that there is something to decide
bool Dispatcher::enter(std::int64_t trial, Event event) {
  const auto found = worker_of_.find(trial);
  if (found == worker_of_.end()) return false;
  Worker& worker = workers_[found->second];
  if (worker.event) throw RunTimeError("trial {}: its group tells of another event before the last one was answered", trial);
  worker.group_waits = event.kind == Event::Kind::reported;
  worker.event = std::move(event);
  arrived_.push_back(found->second);
  return true;
}

/// No group has the trial, or waits for an answer about it, any more. @return whether the group was told to leave it
bool Dispatcher::let_go(std::int64_t trial) {
  const auto held = held_.extract(trial);
  std::erase(told_again_, trial);
  if (const auto found = worker_of_.find(trial); found != worker_of_.end()) workers_[found->second].group_waits = false;
  return !held.empty() && held.mapped();
}

void Dispatcher::reported(std::int64_t trial, std::int64_t epoch, double value) {
  if (!enter(trial, {.kind = Event::Kind::reported, .epoch = epoch, .value = value})) told_again_.push_back(trial);
}

void Dispatcher::ended(std::int64_t trial, bool done) {
  const bool was_told = let_go(trial);
  if (!done) {
    // A signal came in its last evaluation.
    if (!was_told && state_.trial(trial).phase == TrialPhase::complete) ready_.push_back(trial);
    return;
  }
  unfinished_.erase(trial);
  enter(trial, {.kind = Event::Kind::ended_early});
}

void Dispatcher::failed(std::int64_t trial, std::string reason, bool retry) {
  // Who was told to leave had its checkpoint on the disk, and another group may have been promised the trial since.
  if (let_go(trial)) return;
  if (const auto found = worker_of_.find(trial); found != worker_of_.end()) {
    // A report whose checkpoint is on the disk is none the worse for what came after it.
    if (!workers_[found->second].event) enter(trial, {.kind = Event::Kind::failed, .reason = std::move(reason), .retry = retry});
  } else if (state_.trial(trial).phase == TrialPhase::complete) {
    if (retry && tries_[trial]++ < state_.spec().retries) {
      ready_.push_back(trial);
    } else {
      unfinished_[trial] = std::move(reason);
    }
  }
}

bool Dispatcher::stopped(std::int64_t trial) {
  std::erase(ready_, trial);
  if (const auto found = worker_of_.find(trial); found != worker_of_.end()) {
    std::erase(arrived_, found->second);
    workers_[found->second] = {};
    worker_of_.erase(found);
  }
  const auto held = held_.find(trial);
  return held != held_.end() && !std::exchange(held->second, true);
}

void Dispatcher::fill(std::string_view now) {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    if (workers_[i].trial) continue;
    const auto trial = state_.next(static_cast<std::int64_t>(i), time_, now);
    if (!trial) return;
    workers_[i] = {.trial = trial, .time = time_, .event = {}};
    worker_of_[*trial] = i;
    ready_.push_back(*trial);
  }
}

/// The worker whose event is decided now; nullopt where it has not come yet.
std::optional<std::size_t> Dispatcher::next_event() {
  if (arrived_.empty()) return {};
  auto chosen = arrived_.begin();
  // A report for an epoch that the journal has asks for no decision.
  const auto repeated = std::find_if(arrived_.begin(), arrived_.end(), [&](std::size_t i) {
    const Worker& worker = workers_[i];
    return worker.event->kind == Event::Kind::reported && worker.event->epoch <= state_.trial(*worker.trial).epochs();
  });
  if (repeated != arrived_.end()) {
    chosen = repeated;
  } else if (deterministic_) {
    std::optional<std::size_t> first;
    for (std::size_t i = 0; i < workers_.size(); ++i) {
      if (workers_[i].trial && (!first || workers_[i].time < workers_[*first].time)) first = i;
    }
    chosen = std::find(arrived_.begin(), arrived_.end(), *first);
    if (chosen == arrived_.end()) return {};
  }
  const std::size_t worker = *chosen;
  arrived_.erase(chosen);
  return worker;
}

void Dispatcher::answer(std::int64_t trial, Answer answer, Answers& answers) {
  answers.emplace_back(trial, answer);
  held_[trial] = answer == Answer::leave;
}

void Dispatcher::decide_event(std::size_t index, std::string_view now, Answers& answers) {
  Worker& worker = workers_[index];
  const std::int64_t trial = *worker.trial;
  const Event event = std::move(*worker.event);
  worker.event.reset();
  const bool is_new = event.kind != Event::Kind::reported || event.epoch > state_.trial(trial).epochs();
  bool goes_on = false;
  switch (event.kind) {
    case Event::Kind::reported:
      goes_on = state_.report(trial, event.epoch, event.value) == Verdict::go_on && !state_.trial(trial).ended();
      break;
    case Event::Kind::ended_early:
      state_.end_early(trial, now);
      break;
    case Event::Kind::failed:
      goes_on = state_.fail(trial, event.reason, event.retry, now);
      break;
  }
  if (event.kind == Event::Kind::reported && is_new) time_ = std::max(time_, ++worker.time);
  // After the last epoch a trial's weights are still to be evaluated.
  const bool has_work = goes_on || (event.kind == Event::Kind::reported && state_.trial(trial).phase == TrialPhase::complete);
  if (worker.group_waits) {
    answer(trial, has_work ? Answer::go_on : Answer::leave, answers);
  } else if (has_work) {
    ready_.push_back(trial);
  }
  worker.group_waits = false;
  if (goes_on) return;
  worker_of_.erase(trial);
  worker.trial.reset();
}

/// Groups that wait for an answer leave their trials where others wait for a group: what those report may come first.
void Dispatcher::free_groups(std::int64_t idle_groups, Answers& answers) {
  if (!deterministic_) return;
  const auto leaving = std::ranges::count_if(held_, [](const auto& held) { return held.second; });
  std::int64_t wanted = static_cast<std::int64_t>(ready_.size()) - leaving - idle_groups;
  std::vector<std::size_t> waiting;
  for (const std::size_t index : arrived_) {
    if (workers_[index].group_waits) waiting.push_back(index);
  }
  // Those first that would wait longest.
  std::ranges::sort(waiting, std::greater(), [&](std::size_t index) { return std::pair(workers_[index].time, index); });
  for (const std::size_t index : waiting) {
    if (wanted-- <= 0) return;
    workers_[index].group_waits = false;
    answer(*workers_[index].trial, Answer::leave, answers);
  }
}

Dispatcher::Answers Dispatcher::decide(std::string_view now, std::int64_t idle_groups) {
  Answers answers;
  for (const std::int64_t trial : std::exchange(told_again_, {})) {
    answer(trial, state_.trial(trial).phase == TrialPhase::complete ? Answer::go_on : Answer::leave, answers);
  }
  fill(now);
  while (const auto worker = next_event()) {
    decide_event(*worker, now, answers);
    fill(now);
  }
  free_groups(idle_groups, answers);
  return answers;
}

}  // namespace agsweep
