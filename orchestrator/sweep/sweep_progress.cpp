#include "orchestrator/sweep/sweep_progress.hpp"

#include <fmt/format.h>

#include "base/system.hpp"
#include "base/table.hpp"
#include "orchestrator/sweep/sweep_plan.hpp"  // configuration_cells

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

}  // namespace

SweepProgress::SweepProgress(LiveBlock& block, const SweepState& state, std::int64_t at_once)
    : block_(block), state_(state), left_(state, at_once, steady_seconds()), begun_(steady_seconds()) {
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
      return fmt::format("{}: {} after epoch {}, {} {:.4f}", name, trial.stopped ? "stopped" : "pruned", trial.epochs(),
                         to_word(state_.spec().metric), trial.value());
    case TrialPhase::failed:
      return fmt::format("{}: failed: {}", name, trial.error);
    case TrialPhase::paused:
    case TrialPhase::running:
      break;
  }
  return "";
}

void SweepProgress::show() {
  left_.update(steady_seconds());
  for (std::size_t i = 0; i < state_.trials().size(); ++i) {
    if (i == seen_.size()) seen_.push_back(TrialPhase::running);
    const TrialPhase phase = state_.trials()[i].phase;
    if (phase == seen_[i]) continue;
    seen_[i] = phase;
    if (state_.trials()[i].ended()) block_.news(end_text(static_cast<std::int64_t>(i)));
  }
}

void SweepProgress::trial_step(const GroupMessage::Progress& progress) { running_.insert_or_assign(progress.trial, progress); }

std::string SweepProgress::summary() const {
  std::string text = counts_text(state_.counts());
  if (const auto best = state_.best()) {
    const SweepTrial& trial = state_.trial(*best);
    text += fmt::format("; best {} {:.4f} (trial {} after epoch {}{})", to_word(state_.spec().metric), trial.value(), *best,
                        trial.best_epoch, trial.phase == TrialPhase::complete ? "" : fmt::format(", {}", to_word(trial.phase)));
  }
  const double now = steady_seconds();
  text += fmt::format("; {}", duration_text(now - begun_));
  if (const auto left = left_.seconds(now); left && *left > 0) text += fmt::format(", about {} left", duration_text(*left));
  return text;
}

/// "; now trial 3 in epoch 2 of 9, loss 0.4100, ..": for lines, which have no table above them.
std::string SweepProgress::running_text() const {
  constexpr std::size_t most = 4;
  std::string text;
  std::size_t shown = 0;
  for (const auto& [number, last] : running_) {
    if (shown++ == most) return text + fmt::format(", and {} more", running_.size() - most);
    text += fmt::format("{} trial {} in ", shown == 1 ? "; now" : ",", number);
    text += state_.trial(number).phase == TrialPhase::running
                ? fmt::format("epoch {} of {}, loss {:.4f}", last.epoch, state_.epochs(), last.loss)
                : "its last evaluation";
  }
  return text;
}

std::vector<std::string> SweepProgress::lines() const {
  std::vector<std::string> lines;
  if (!running_.empty()) {
    Table table({"trial", "epoch", "step", "loss", "best"});
    std::vector<std::string> configurations = {"configuration"};  // to the left, and cut at the terminal's end
    for (const auto& [number, last] : running_) {
      if (lines.size() == most_rows) break;
      const SweepTrial& trial = state_.trial(number);
      table.add({std::to_string(number), fmt::format("{}/{}", last.epoch, state_.epochs()),
                 fmt::format("{}/{}", last.step, last.total_steps), fmt::format("{:.4f}", last.loss),
                 trial.best_epoch > 0 ? fmt::format("{:.4f}", trial.value()) : "–"});
      configurations.push_back(configuration_text(state_.spec().space, trial.point));
    }
    const std::string text = table.text();
    for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end + 1) {
      end = text.find('\n', begin);
      lines.push_back(fmt::format("{}  {}", text.substr(begin, end - begin), configurations[lines.size()]));
    }
  }
  lines.push_back(summary() + (block_.renews() ? "" : running_text()));
  return lines;
}

void SweepProgress::refresh() {
  if (block_.due()) block_.show(lines());
}

}  // namespace agsweep
