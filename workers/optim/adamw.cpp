#include "workers/optim/adamw.hpp"

#include <cmath>

#include "workers/kernels/cpu/simd.hpp"

namespace agsweep {

namespace {

AGSWEEP_INLINE void update(const AdamWFactors& f, const float* gradient, float* p, float* m, float* v, std::int64_t count) {
  for (std::int64_t i = 0; i < count; ++i) {
    const float g = gradient == nullptr ? 0.0F : gradient[i] * f.gradient_scale;
    m[i] += f.one_minus_beta1 * (g - m[i]);
    v[i] = f.beta2 * v[i] + f.one_minus_beta2 * g * g;
    p[i] = p[i] * f.decay - f.step_size * m[i] / (std::sqrt(v[i]) * f.second_scale + f.epsilon);
  }
}

/// Two loops, so that rows without a gradient, most of an embedding, do not read one.
AGSWEEP_SIMD void update_all(const AdamWFactors& f, const float* gradient, float* p, float* m, float* v, std::int64_t count) {
  if (gradient == nullptr) {
    update(f, nullptr, p, m, v, count);
  } else {
    update(f, gradient, p, m, v, count);
  }
}

}  // namespace

AdamW::AdamW(const AdamWStep& step) {
  const auto t = static_cast<double>(step.step);
  const double correction1 = 1 - std::pow(step.beta1, t);
  const double correction2 = 1 - std::pow(step.beta2, t);
  factors_ = {.decay = static_cast<float>(1 - step.lr * step.weight_decay),
              // From doubles, as torch has them: 1 - 0.999F is off by 1.3e-5.
              .one_minus_beta1 = static_cast<float>(1 - step.beta1),
              .beta2 = static_cast<float>(step.beta2),
              .one_minus_beta2 = static_cast<float>(1 - step.beta2),
              .step_size = static_cast<float>(step.lr / correction1),
              .second_scale = static_cast<float>(1 / std::sqrt(correction2)),
              .epsilon = static_cast<float>(step.epsilon),
              .gradient_scale = static_cast<float>(step.gradient_scale)};
}

void AdamW::update(std::span<const float> gradient, std::span<float> parameters, std::span<float> first_moment,
                   std::span<float> second_moment) const {
  update_all(factors_, gradient.empty() ? nullptr : gradient.data(), parameters.data(), first_moment.data(), second_moment.data(),
             static_cast<std::int64_t>(parameters.size()));
}

}  // namespace agsweep
