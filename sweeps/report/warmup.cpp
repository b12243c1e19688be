#include "sweeps/report/warmup.hpp"

#include <algorithm>  // std::max
#include <cmath>

#include <fmt/format.h>

#include "sweeps/report/value_text.hpp"

namespace agsweep {

namespace {

/// A trial's own value, else that of the run which was recorded.
double option_of(const TrialResults& trial, const char* key, double recorded) {
  const auto found = trial.parameters.find(key);
  const auto* const whole = found == trial.parameters.end() ? nullptr : std::get_if<std::int64_t>(&found->second);
  return whole != nullptr ? static_cast<double>(*whole) : recorded;
}

}  // namespace

std::optional<double> warmup_epochs(const ReportedSweep& sweep) {
  std::optional<double> longest;
  for (const TrialResults* trial : best_first(sweep.results)) {
    const std::optional<double> rows = result_number(*trial, {"train_rows"});
    const double batch = option_of(*trial, "batch_size", static_cast<double>(sweep.recorded.batch_size));
    const double warmup = option_of(*trial, "warmup_steps", static_cast<double>(sweep.recorded.warmup_steps));
    if (!rows || *rows < 1 || batch < 1 || warmup < 0) continue;
    longest = std::max(longest.value_or(0), warmup / std::ceil(*rows / batch));
  }
  return longest;
}

std::string warmup_warning(const ReportedSweep& sweep, std::int64_t epoch) {
  const std::optional<double> warmup = warmup_epochs(sweep);
  if (!warmup || *warmup < static_cast<double>(epoch)) return "";
  return fmt::format(
      "After {} the learning rate of some trials is still rising (its warm-up takes {} epochs), so what matters here may not matter at the "
      "end: read this with care.",
      counted(epoch, "epoch"), short_text(*warmup, 2));
}

}  // namespace agsweep
