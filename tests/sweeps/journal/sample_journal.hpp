#pragma once

#include <string>
#include <vector>

#include "sweeps/journal/journal_record.hpp"
#include "sweeps/journal/journal_seal.hpp"

namespace agsweep::testing_support {

inline constexpr const char* worker = "agsweep-n1-4242-99";
inline constexpr const char* start_time = "2026-01-31T12:00:00Z";
inline constexpr const char* end_time = "2026-01-31T13:30:05.250Z";

/// A space with every kind of parameter.
inline SearchSpace sample_space() {
  return {
      {.key = "lr", .scale = Scale::log, .low = 5e-5, .high = 5e-3},
      {.key = "lora_dropout", .scale = Scale::range, .low = 0, .high = 0.3},
      {.key = "layers", .scale = Scale::integer, .low = 1, .high = 6},
      {.key = "ffn", .scale = Scale::log_integer, .low = 2, .high = 64},
      {.key = "lora_rank", .scale = Scale::values, .values = {std::int64_t{2}, std::int64_t{8}, std::int64_t{32}}},
      {.key = "lora_alpha", .scale = Scale::values, .values = {std::string("r"), std::string("2r \"\\ \xC3\xA4")}},
      {.key = "weight_decay", .scale = Scale::values, .values = {0.0, 0.1, 1e-7}},
      {.key = "rslora", .scale = Scale::values, .values = {true, false}},
  };
}

/// Groups of lines with a complete, a pruned, a failed, a paused and a running trial.
inline std::vector<std::vector<std::string>> sample_groups(bool maximise = true) {
  const SearchSpace space = sample_space();
  const auto trial = [&](const Point& point) { return trial_line(worker, space, point, start_time); };
  return {
      {study_line(worker, "rank-dropout-lr", maximise), study_attribute_line(worker, "agsweep:metric", "val.f1_macro"),
       study_attribute_line(worker, "agsweep:workers", 2)},
      {trial({1e-3, 0.1, 3, 16, 1, 0, 2, 0}), trial_attribute_line(worker, 0, "agsweep:seed", 42)},
      {trial({5e-5, 0, 1, 2, 0, 1, 0, 1}), trial({5e-3, 0.3, 6, 64, 2, 1, 1, 1})},
      {report_line(worker, 1, 1, 0.5), report_line(worker, 0, 1, 0.75), trial_attribute_line(worker, 1, paused_attribute, true)},
      {trial_attribute_line(worker, 2, error_attribute, "the loss is not finite at step 7\n"),
       finish_line(worker, 2, TrialState::failed, std::nullopt, end_time)},
      {trial({2e-5, 0.5, 3, 8, 1, 0, 1, 0}), report_line(worker, 0, 2, 1.0 / 3)},
      {finish_line(worker, 0, TrialState::complete, 0.75, end_time), report_line(worker, 3, 1, 0.625)},
      {trial_attribute_line(worker, 1, paused_attribute, false), report_line(worker, 1, 2, 0.25)},
      {finish_line(worker, 1, TrialState::pruned, 0.25, end_time), trial({1e-4, 0.2, 2, 4, 2, 1, 2, 1})},
      {trial_attribute_line(worker, 3, paused_attribute, true), report_line(worker, 4, 1, -0.0)},
  };
}

inline std::string text_of_groups(const std::vector<std::vector<std::string>>& groups) {
  std::string text;
  for (const std::vector<std::string>& group : groups) {
    for (const std::string& line : group) text += line + "\n";
  }
  return text;
}

/// As a Journal writes them.
inline std::string sealed_text(const std::vector<std::vector<std::string>>& groups, JournalSeal seal = {}) {
  std::string text;
  for (const std::vector<std::string>& group : groups) {
    for (const std::string& line : group) text += seal.sealed(line) + "\n";
  }
  return text;
}

}  // namespace agsweep::testing_support
