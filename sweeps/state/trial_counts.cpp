#include "sweeps/state/trial_counts.hpp"

#include <initializer_list>
#include <string_view>
#include <utility>  // std::pair
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

namespace agsweep {

namespace {

std::string listed(std::initializer_list<std::pair<std::int64_t, std::string_view>> counts) {
  std::vector<std::string> texts;
  for (const auto& [count, word] : counts) {
    if (count > 0) texts.push_back(fmt::format("{} {}", count, word));
  }
  return fmt::format("{}", fmt::join(texts, ", "));
}

}  // namespace

std::int64_t& TrialCounts::of(TrialPhase phase) {
  switch (phase) {
    case TrialPhase::running:
      return running;
    case TrialPhase::paused:
      return paused;
    case TrialPhase::complete:
      return complete;
    case TrialPhase::pruned:
      return pruned;
    case TrialPhase::failed:
      break;
  }
  return failed;
}

std::string counts_text(const TrialCounts& counts) {
  std::string text = fmt::format("{} of {} trials ended", counts.ended(), counts.planned());
  const auto word = [](TrialPhase phase) { return to_word(phase); };
  const std::string ended = listed({{counts.complete, word(TrialPhase::complete)},
                                    {counts.pruned, word(TrialPhase::pruned)},
                                    {counts.failed, word(TrialPhase::failed)}});
  const std::string open =
      listed({{counts.running, word(TrialPhase::running)}, {counts.paused, word(TrialPhase::paused)}, {counts.pending, "pending"}});
  if (!ended.empty()) text += fmt::format(": {}", ended);
  if (!open.empty()) text += fmt::format("; {}", open);
  return text;
}

}  // namespace agsweep
