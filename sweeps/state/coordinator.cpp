#include "sweeps/state/coordinator.hpp"

#include <utility>  // std::exchange

#include <fmt/format.h>

#include "base/error.hpp"

namespace agsweep {

namespace {

// A sweep of many short trials would write results.csv more often than anybody reads it.
constexpr double results_seconds = 1;

}  // namespace

Coordinator::Coordinator(SweepState& state, SweepSite& site, Options options)
    : state_(state), site_(site), options_(options), dispatcher_(state, options.workers, options.deterministic), disk_(site) {
  for (std::size_t i = 0; i < state.trials().size(); ++i) {
    const auto trial = static_cast<std::int64_t>(i);
    facts_[trial] = site_.facts(trial);
    if (facts_[trial].seconds > 0) state_.took(trial, facts_[trial].seconds);
    if (state.trial(trial).phase == TrialPhase::complete && !facts_[trial].done) {
      dispatcher_.finalise(trial);
    } else {
      if (state.trial(trial).ended()) state_.conclude(trial, site_.utc());
      disk_.tidy(state, trial);  // a killed process may not have come to it
    }
  }
}

void Coordinator::hear(const GroupMessage& message) {
  site_.keep_lock();
  news_ = true;
  std::visit([&](const auto& what) { take(message.group, what); }, message.what);
}

void Coordinator::take(int group, const GroupMessage::WantsWork& /*what*/) { idle_.push_back(group); }

void Coordinator::take(int /*group*/, const GroupMessage::Progress& progress) { site_.on_step(progress); }

void Coordinator::take(int /*group*/, const GroupMessage::Reported& report) {
  facts_[report.trial].config_hash = report.config_hash;
  dispatcher_.reported(report.trial, report.epoch, report.value);
}

void Coordinator::take(int /*group*/, const GroupMessage::Ended& end) {
  facts_[end.trial] = {.seconds = end.seconds, .config_hash = end.config_hash, .done = end.done};
  state_.took(end.trial, end.seconds);
  dispatcher_.ended(end.trial, end.done);
  leave(end.trial);
}

void Coordinator::take(int /*group*/, const GroupMessage::Failed& failure) {
  if (const TrialFacts facts = site_.facts(failure.trial); facts.seconds > 0) state_.took(failure.trial, facts.seconds);
  // Any other trial would fail as well; this one goes on where it is when there is room again.
  if (failure.no_room) throw RunTimeError("trial {}: {}", failure.trial, failure.reason);
  dispatcher_.failed(failure.trial, failure.reason, failure.retry);
  if (dispatcher_.unfinished().contains(failure.trial)) {
    facts_[failure.trial].error = failure.reason;
    site_.say(fmt::format("trial {}: complete, but its last evaluation failed: {}; its checkpoint stays, and --resume does it again",
                          failure.trial, failure.reason));
  }
  leave(failure.trial);
}

void Coordinator::take(int /*group*/, const GroupMessage::StopAsked& /*what*/) { stopping_ = true; }

/// The trial is in no group's hands any more.
void Coordinator::leave(std::int64_t trial) {
  group_of_.erase(trial);
  site_.on_left(trial);
  results_stale_ = true;
  untidy_.insert(trial);
}

/// No group has it, and none will.
bool Coordinator::is_over(std::int64_t trial) const {
  if (group_of_.contains(trial) || !state_.trial(trial).ended()) return false;
  return state_.trial(trial).phase != TrialPhase::complete || facts_.at(trial).done || unfinished().contains(trial);
}

/// Only who has left a trial knows how long it took, its last evaluation too.
void Coordinator::conclude() {
  for (const std::int64_t trial : untidy_) {
    if (is_over(trial)) state_.conclude(trial, site_.utc());
  }
}

/// Once it is decided what becomes of trials that no group has any more.
void Coordinator::tidy() {
  std::erase_if(untidy_, [this](std::int64_t trial) {
    if (group_of_.contains(trial)) return true;
    const TrialPhase phase = state_.trial(trial).phase;
    if (phase == TrialPhase::running) return false;
    // What a last evaluation is done from stays until it is.
    if (phase != TrialPhase::complete || facts_[trial].done) disk_.tidy(state_, trial);
    return true;
  });
}

void Coordinator::commit() {
  const std::vector<std::string> lines = state_.take_lines();
  if (lines.empty()) return;
  site_.append(lines);
  results_stale_ = true;
  site_.on_commit();
}

void Coordinator::send_answers(std::vector<GroupOrder>& orders, const std::vector<std::pair<std::int64_t, Answer>>& answers) {
  for (const auto& [trial, answer] : answers) {
    const bool goes_on = answer == Answer::go_on;
    // Who leaves a running trial only makes room for another one.
    const bool keep = disk_.keeps_weights(state_, trial) && (goes_on || state_.trial(trial).phase != TrialPhase::running);
    const int group = group_of_.at(trial);
    if (goes_on) {
      orders.push_back({.group = group, .what = GroupOrder::GoOn{.keep = keep}});
    } else {
      orders.push_back({.group = group, .what = GroupOrder::Leave{.keep = keep}});
    }
  }
}

void Coordinator::send_work(std::vector<GroupOrder>& orders) {
  while (!idle_.empty()) {
    const int group = idle_.front();
    if (stopping_) {
      orders.push_back({.group = group, .what = GroupOrder::Stop{}});
    } else if (const auto trial = dispatcher_.take()) {
      const SweepTrial& next = state_.trial(*trial);
      orders.push_back(
          {.group = group, .what = GroupOrder::Train{.trial = *trial, .seed = next.seed, .epochs = next.epochs(), .point = next.point}});
      group_of_[*trial] = group;
      facts_[*trial].done = false;  // a result.json of before tells of an end that the journal does not know
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
  state_.close(site_.utc());
  commit();
  for (const std::int64_t trial : paused) disk_.tidy(state_, trial);
  closed_ = true;
}

void Coordinator::save_results() {
  const double now = site_.seconds();
  if (!results_stale_ || (now < next_results_ && !closed_ && !stopping_)) return;
  site_.write_results(facts_);
  results_stale_ = false;
  next_results_ = now + results_seconds;
}

std::vector<GroupOrder> Coordinator::decide() {
  site_.keep_lock();
  std::vector<GroupOrder> orders;
  if (std::exchange(news_, false)) {
    if (!stopping_) {
      const auto answers = dispatcher_.decide(site_.utc(), static_cast<std::int64_t>(idle_.size()));
      conclude();
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
  site_.refresh();
  return orders;
}

}  // namespace agsweep
