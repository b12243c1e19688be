#include "orchestrator/sweep/coordinator.hpp"

#include <algorithm>  // std::find
#include <utility>    // std::exchange, std::move

#include "base/error.hpp"
#include "base/system.hpp"

namespace agsweep {

namespace {

// A sweep of many short trials would write results.csv more often than anybody reads it.
constexpr double results_seconds = 1;

}  // namespace

Coordinator::Coordinator(SweepState& state, Journal journal, SweepLock& lock, SweepProgress& progress, Options options)
    : state_(state),
      journal_(std::move(journal)),
      lock_(lock),
      progress_(progress),
      options_(std::move(options)),
      dispatcher_(state, options_.workers, options_.deterministic),
      disk_(options_.folder) {
  for (std::size_t i = 0; i < state.trials().size(); ++i) {
    const auto trial = static_cast<std::int64_t>(i);
    facts_[trial] = read_trial_facts(trial_folder(options_.folder, trial));
    if (state.trial(trial).phase == TrialPhase::complete && !facts_[trial].done) {
      dispatcher_.finalise(trial);
    } else {
      disk_.tidy(state, trial);  // a killed process may not have come to it
    }
  }
}

void Coordinator::hear(const GroupMessage& message) {
  keep_lock();
  news_ = true;
  std::visit([&](const auto& what) { take(message.group, what); }, message.what);
}

void Coordinator::take(int group, const GroupMessage::WantsWork& /*what*/) { idle_.push_back(group); }

void Coordinator::take(int /*group*/, const GroupMessage::Progress& progress) { progress_.trial_step(progress); }

void Coordinator::take(int /*group*/, const GroupMessage::Reported& report) {
  facts_[report.trial].config_hash = report.config_hash;
  dispatcher_.reported(report.trial, report.epoch, report.value);
}

void Coordinator::take(int /*group*/, const GroupMessage::Ended& end) {
  facts_[end.trial] = {.seconds = end.seconds, .config_hash = end.config_hash, .done = end.done};
  if (end.done) dispatcher_.ended_early(end.trial);
  leave(end.trial);
}

void Coordinator::take(int /*group*/, const GroupMessage::Failed& failure) {
  dispatcher_.failed(failure.trial, failure.reason, failure.retry);
  leave(failure.trial);
}

void Coordinator::take(int /*group*/, const GroupMessage::StopAsked& /*what*/) { stopping_ = true; }

/// The trial is in no group's hands any more.
void Coordinator::leave(std::int64_t trial) {
  group_of_.erase(trial);
  progress_.trial_left(trial);
  results_stale_ = true;
  untidy_.insert(trial);
}

/// Once it is decided what becomes of trials that no group has any more.
void Coordinator::tidy() {
  std::erase_if(untidy_, [this](std::int64_t trial) {
    if (group_of_.contains(trial)) return true;
    if (state_.trial(trial).phase == TrialPhase::running) return false;
    disk_.tidy(state_, trial);
    return true;
  });
}

void Coordinator::keep_lock() {
  const double now = steady_seconds();
  if (now < next_bump_) return;
  next_bump_ = now + lock_bump_seconds;
  if (!lock_.bump()) options_.lock_lost();
}

void Coordinator::commit() {
  const std::vector<std::string> lines = state_.take_lines();
  if (lines.empty()) return;
  journal_.append(lines);
  results_stale_ = true;
  progress_.show();
}

void Coordinator::send_answers(std::vector<GroupOrder>& orders, const std::vector<std::pair<std::int64_t, Answer>>& answers) {
  for (const auto& [trial, answer] : answers) {
    const bool goes_on = answer == Answer::go_on;
    // Who leaves a running trial only makes room for another one.
    const bool keep = disk_.keeps_weights(state_, trial) && (goes_on || state_.trial(trial).phase != TrialPhase::running);
    GroupOrder order{.group = group_of_.at(trial), .what = GroupOrder::GoOn{.keep = keep}};
    if (!goes_on) order.what = GroupOrder::Leave{.keep = keep};
    orders.push_back(std::move(order));
  }
}

void Coordinator::send_work(std::vector<GroupOrder>& orders) {
  while (!idle_.empty()) {
    const int group = idle_.front();
    if (stopping_) {
      orders.push_back({.group = group, .what = GroupOrder::Stop{}});
    } else if (const auto trial = dispatcher_.take()) {
      const SweepTrial& next = state_.trial(*trial);
      orders.push_back({.group = group, .what = GroupOrder::Train{.trial = *trial, .seed = next.seed, .point = next.point}});
      group_of_[*trial] = group;
    } else if (closed_) {
      orders.push_back({.group = group, .what = GroupOrder::Finish{}});
    } else {
      return;
    }
    idle_.pop_front();
  }
}

/// The sweep has ended: paused trials are pruned.
void Coordinator::close() {
  std::vector<std::int64_t> paused;
  for (std::size_t i = 0; i < state_.trials().size(); ++i) {
    if (state_.trials()[i].phase == TrialPhase::paused) paused.push_back(static_cast<std::int64_t>(i));
  }
  state_.close(utc_now());
  commit();
  for (const std::int64_t trial : paused) disk_.tidy(state_, trial);
  closed_ = true;
}

void Coordinator::save_results() {
  const double now = steady_seconds();
  if (!results_stale_ || (now < next_results_ && !closed_ && !stopping_)) return;
  write_results(options_.folder, state_, facts_);
  results_stale_ = false;
  next_results_ = now + results_seconds;
}

std::vector<GroupOrder> Coordinator::decide() {
  keep_lock();
  std::vector<GroupOrder> orders;
  if (std::exchange(news_, false)) {
    if (!stopping_) {
      const auto answers = dispatcher_.decide(utc_now(), static_cast<std::int64_t>(idle_.size()));
      commit();
      tidy();
      send_answers(orders, answers);
      if (!closed_ && state_.finished() && group_of_.empty() && !dispatcher_.has_ready()) close();
    } else if (!std::exchange(told_stop_, true)) {
      for (int group = 0; group < options_.groups; ++group) orders.push_back({.group = group, .what = GroupOrder::Stop{}});
    }
    send_work(orders);
  }
  save_results();
  progress_.refresh();
  return orders;
}

}  // namespace agsweep
