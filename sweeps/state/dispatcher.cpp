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
        throw DataError("journal.log: trial {}: it runs at worker {}, but of the {} workers that one is not free", i, trial.start.worker,
                        workers);
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
  if (ready_.empty()) return {};
  const std::int64_t trial = ready_.front();
  ready_.pop_front();
  return trial;
}

void Dispatcher::enter(std::int64_t trial, Event event) {
  const bool waits = event.kind == Event::Kind::reported;
  const auto found = worker_of_.find(trial);
  if (found == worker_of_.end()) {
    if (waits) told_again_.push_back(trial);
    return;
  }
  Worker& worker = workers_[found->second];
  if (worker.event) throw RunTimeError("trial {}: its group tells of another event before the last one was answered", trial);
  worker.group_waits = waits;
  worker.event = std::move(event);
  arrived_.push_back(found->second);
}

void Dispatcher::reported(std::int64_t trial, std::int64_t epoch, double value) {
  enter(trial, {.kind = Event::Kind::reported, .epoch = epoch, .value = value});
}

void Dispatcher::ended_early(std::int64_t trial) { enter(trial, {.kind = Event::Kind::ended_early}); }

void Dispatcher::failed(std::int64_t trial, std::string reason, bool retry) {
  enter(trial, {.kind = Event::Kind::failed, .reason = std::move(reason), .retry = retry});
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

void Dispatcher::decide_event(std::size_t index, std::string_view now, std::vector<std::pair<std::int64_t, Answer>>& answers) {
  Worker& worker = workers_[index];
  const std::int64_t trial = *worker.trial;
  const Event event = std::move(*worker.event);
  worker.event.reset();
  const bool is_new = event.kind != Event::Kind::reported || event.epoch > state_.trial(trial).epochs();
  bool goes_on = false;
  switch (event.kind) {
    case Event::Kind::reported:
      goes_on = state_.report(trial, event.epoch, event.value, now) == Verdict::go_on && !state_.trial(trial).ended();
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
    answers.emplace_back(trial, has_work ? Answer::go_on : Answer::leave);
  } else if (has_work) {
    ready_.push_back(trial);
  }
  worker.group_waits = false;
  if (goes_on) return;
  worker_of_.erase(trial);
  worker.trial.reset();
}

/// Groups that wait for an answer leave their trials where others wait for a group: what those report may come first.
void Dispatcher::free_groups(std::int64_t idle_groups, std::vector<std::pair<std::int64_t, Answer>>& answers) {
  if (!deterministic_) return;
  const auto leaving = std::count_if(answers.begin(), answers.end(), [](const auto& answer) { return answer.second == Answer::leave; });
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
    answers.emplace_back(*workers_[index].trial, Answer::leave);
  }
}

std::vector<std::pair<std::int64_t, Answer>> Dispatcher::decide(std::string_view now, std::int64_t idle_groups) {
  std::vector<std::pair<std::int64_t, Answer>> answers;
  for (const std::int64_t trial : std::exchange(told_again_, {})) {
    answers.emplace_back(trial, state_.trial(trial).phase == TrialPhase::complete ? Answer::go_on : Answer::leave);
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
