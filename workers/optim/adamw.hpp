#pragma once

#include <cstdint>
#include <span>

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
  struct Factors {
    float decay, one_minus_beta1, beta2, one_minus_beta2, step_size, second_scale, epsilon, gradient_scale;
  };

  explicit AdamW(const AdamWStep& step);

  const Factors& factors() const { return factors_; }

  /// One fused pass: decay, both moments, update. All spans have one size; an empty gradient counts as zeros.
  void update(std::span<const float> gradient, std::span<float> parameters, std::span<float> first_moment,
              std::span<float> second_moment) const;

 private:
  Factors factors_;
};

}  // namespace agsweep
