#include "orchestrator/sweep/sweep_progress.hpp"

#include <fmt/format.h>

#include "base/system.hpp"
#include "base/table.hpp"
#include "orchestrator/sweep/sweep_plan.hpp"  // configuration_cells
#include "sweeps/schedule/scheduler.hpp"

namespace agsweep {

namespace {

// More running trials than this are only counted.
constexpr std::size_t most_rows = 16;

std::string configuration_text(const SearchSpace& space, const Point& point) {
  std::string text;
  const std::vector<std::string> values = configuration_cells(space, point, 4);
  for (std::size_t i = 0; i < space.size(); ++i) text += fmt::format("{}{} {}", i == 0 ? "" : "  ", space[i].key, values[i]);
  return text;
}

std::int64_t epochs_done(const SweepState& state) {
  std::int64_t epochs = 0;
  for (const SweepTrial& trial : state.trials()) epochs += trial.epochs();
  return epochs;
}

}  // namespace

SweepProgress::SweepProgress(LiveBlock& block, const SweepState& state)
    : block_(block), state_(state), epochs_before_(epochs_done(state)), begun_(steady_seconds()) {
  for (const SweepTrial& trial : state.trials()) seen_.push_back(trial.phase);
}

std::string SweepProgress::end_text(std::int64_t number) const {
  const SweepTrial& trial = state_.trial(number);
  const std::string name = fmt::format("trial {} ({})", number, configuration_text(state_.spec().space, trial.point));
  switch (trial.phase) {
    case TrialPhase::complete: {
      const bool best = state_.ranking().front() == number;
      return fmt::format("{}: {} {:.4f} at epoch {}{}", name, to_word(state_.spec().metric), trial.value(), trial.best_epoch,
                         best ? ", the best so far" : "");
    }
    case TrialPhase::pruned:
      if (trial.best_epoch == 0) return fmt::format("{}: stopped before its first epoch had ended", name);
      return fmt::format("{}: stopped after epoch {}, {} {:.4f}", name, trial.epochs(), to_word(state_.spec().metric), trial.value());
    case TrialPhase::failed:
      return fmt::format("{}: failed: {}", name, trial.error);
    case TrialPhase::paused:
    case TrialPhase::running:
      break;
  }
  return "";
}

void SweepProgress::show() {
  for (std::size_t i = 0; i < state_.trials().size(); ++i) {
    if (i == seen_.size()) seen_.push_back(TrialPhase::running);
    const TrialPhase phase = state_.trials()[i].phase;
    if (phase == seen_[i]) continue;
    seen_[i] = phase;
    if (state_.trials()[i].ended()) block_.message(end_text(static_cast<std::int64_t>(i)));
  }
}

void SweepProgress::trial_step(const GroupMessage::Progress& progress) { running_.insert_or_assign(progress.trial, progress); }

std::string SweepProgress::summary() const {
  std::map<TrialPhase, int> count;
  for (const SweepTrial& trial : state_.trials()) ++count[trial.phase];
  std::string text = fmt::format("{} of {} trials done",
                                 count[TrialPhase::complete] + count[TrialPhase::pruned] + count[TrialPhase::failed], state_.planned());
  for (const auto& [phase, name] : {std::pair(TrialPhase::running, "running"), std::pair(TrialPhase::paused, "paused"),
                                    std::pair(TrialPhase::pruned, "stopped"), std::pair(TrialPhase::failed, "failed")}) {
    if (count[phase] > 0) text += fmt::format(", {} {}", count[phase], name);
  }
  if (const auto ranking = state_.ranking(); !ranking.empty()) {
    text += fmt::format("; best {} {:.4f} (trial {})", to_word(state_.spec().metric), state_.trial(ranking[0]).value(), ranking[0]);
  }
  const double elapsed = steady_seconds() - begun_;
  const auto done = epochs_done(state_);
  text += fmt::format("; {}", duration_text(elapsed));
  const double left = expected_epochs(state_.spec(), state_.epochs(), state_.planned()) - static_cast<double>(done);
  if (done > epochs_before_ && left > 0)
    text += fmt::format(", about {} left", duration_text(left * elapsed / static_cast<double>(done - epochs_before_)));
  return text;
}

std::vector<std::string> SweepProgress::lines() const {
  std::vector<std::string> lines;
  if (!running_.empty()) {
    Table table({"trial", "epoch", "step", "loss", "best", "configuration"});
    for (const auto& [number, last] : running_) {
      if (lines.size() == most_rows) break;
      const SweepTrial& trial = state_.trial(number);
      table.add({std::to_string(number), fmt::format("{}/{}", last.epoch, state_.epochs()),
                 fmt::format("{}/{}", last.step, last.total_steps), fmt::format("{:.4f}", last.loss),
                 trial.best_epoch > 0 ? fmt::format("{:.4f}", trial.value()) : "", configuration_text(state_.spec().space, trial.point)});
    }
    const std::string text = table.text();
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
      end = text.find('\n', begin);
      lines.push_back(text.substr(begin, end - begin));
    }
  }
  lines.push_back(summary());
  return lines;
}

void SweepProgress::refresh() {
  if (block_.due()) block_.show(lines());
}

}  // namespace agsweep
