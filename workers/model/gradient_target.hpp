#pragma once

#include <ATen/ATen.h>

namespace agsweep {

/// Where a pass writes what its rows contribute to a step, in its device's memory.
struct GradientTarget {
  at::Tensor dense;      // [dense_size] fp32
  at::Tensor embedding;  // [listed tokens, width] fp32; undefined where the embedding is not trained
  at::Tensor loss;       // [1] fp64, the sum over the rows / rows of the global batch
  at::Tensor confusion;  // [classes, classes] int64, label x predicted
};

}  // namespace agsweep
