#include "workers/optim/one_cycle.hpp"

#include <algorithm>  // std::min
#include <cmath>      // std::cos
#include <numbers>    // std::numbers::pi

namespace agsweep {

namespace {

double anneal(double from, double to, double fraction) { return to + (from - to) / 2 * (std::cos(std::numbers::pi * fraction) + 1); }

}  // namespace

OneCycle::OneCycle(double peak_lr, std::int64_t warmup_steps, std::int64_t total_steps)
    : peak_lr_(peak_lr),
      // torch multiplies its fraction by the total again; so do we, for the same rounding.
      warmup_end_(static_cast<double>(warmup_steps) / static_cast<double>(total_steps) * static_cast<double>(total_steps) - 1),
      last_(static_cast<double>(total_steps) - 1) {}

OneCycle::Point OneCycle::at(std::int64_t step) const {
  constexpr double div_factor = 25;
  constexpr double final_div_factor = 1e4;
  constexpr double base_momentum = 0.85;
  constexpr double max_momentum = 0.95;
  const double index = std::min(static_cast<double>(step - 1), last_);
  const double initial_lr = peak_lr_ / div_factor;
  if (index <= warmup_end_) {
    const double fraction = index / warmup_end_;
    return {anneal(initial_lr, peak_lr_, fraction), anneal(max_momentum, base_momentum, fraction)};
  }
  const double fraction = (index - warmup_end_) / (last_ - warmup_end_);
  return {anneal(peak_lr_, initial_lr / final_div_factor, fraction), anneal(base_momentum, max_momentum, fraction)};
}

}  // namespace agsweep
