#pragma once

namespace agsweep {

/// What an AdamW update multiplies by, the same for all parameters of a step.
struct AdamWFactors {
  float decay, one_minus_beta1, beta2, one_minus_beta2, step_size, second_scale, epsilon, gradient_scale;
};

}  // namespace agsweep
