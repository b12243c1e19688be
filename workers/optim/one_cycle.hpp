#pragma once

#include <cstdint>

namespace agsweep {

/// torch.optim.lr_scheduler.OneCycleLR(max_lr, total_steps, pct_start = warmup_steps / total_steps), its other arguments at their
/// defaults: cosine annealing from peak / 25 to the peak and on to peak / 25e4, and Adam's beta1 from 0.95 to 0.85 and back
/// (Smith and Topin 2019).
class OneCycle {
 public:
  struct Point {
    double lr;
    double beta1;
  };

  /// @param warmup_steps  0 or 2 .. total_steps (torch divides by zero at 1)
  OneCycle(double peak_lr, std::int64_t warmup_steps, std::int64_t total_steps);

  /// @param step  from 1; a step after the last uses the last point
  Point at(std::int64_t step) const;

 private:
  double peak_lr_;
  double warmup_end_;  // counted from step 0, as torch does
  double last_;
};

}  // namespace agsweep
