#pragma once

#include <cstdint>
#include <span>

#include "workers/kernels/adamw.hpp"

namespace agsweep {

/// What one AdamW update uses (Loshchilov and Hutter 2019), as torch.optim.AdamW computes it.
struct AdamWStep {
  std::int64_t step;  // from 1
  double lr;
  double beta1;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay;
  double gradient_scale = 1;  // clipping's factor
};

/// One step's update of any part of the parameters.
class AdamW {
 public:
  explicit AdamW(const AdamWStep& step);

  const AdamWFactors& factors() const { return factors_; }

  /// One fused pass: decay, both moments, update. All spans have one size; an empty gradient counts as zeros.
  void update(std::span<const float> gradient, std::span<float> parameters, std::span<float> first_moment,
              std::span<float> second_moment) const;

 private:
  AdamWFactors factors_;
};

}  // namespace agsweep
