#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "workers/optim/adamw.hpp"
#include "workers/reduce/gradient.hpp"
#include "workers/thread_pool.hpp"

namespace agsweep {

/// The dense part of the flat buffers that a step updates.
struct DenseBuffers {
  std::span<float> parameters;
  std::span<float> first_moment;
  std::span<float> second_moment;
};

/// The gradient's 2-norm over all parameters, as torch.nn.utils.clip_grad_norm_ reports it. Summed over fixed blocks in order, so the bits
/// do not depend on the threads.
double gradient_norm(const Gradient& gradient, ThreadPool& pool);

/// The factor that clip_grad_norm_ multiplies the gradient with; 1 where max_norm is 0 (no clipping).
double clip_factor(double norm, double max_norm);

/// Updates every dense parameter, blocks side by side.
/// @param updated  called in the worker that updated floats [first, last); may be empty
void update_dense(const AdamW& step, std::span<const float> gradient, const DenseBuffers& buffers, ThreadPool& pool,
                  const std::function<void(std::int64_t first, std::int64_t last)>& updated);

}  // namespace agsweep
