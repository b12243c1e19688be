#pragma once

#include <cstddef>

#include "workers/model/linear.hpp"
#include "workers/model/norm.hpp"
#include "workers/model/parameters.hpp"

namespace agsweep {

/// A trained layer's tensors, as indices into the layout.
struct WeightAndBias {
  std::size_t weight = 0;
  std::size_t bias = 0;
};

/// A trained block's.
struct BlockIndices {
  WeightAndBias norm1, qkv, out, norm2, up, down;
};

/// The layers of a network whose weights are trained.
class TrainedLayers {
 public:
  explicit TrainedLayers(const Parameters& parameters) : parameters_(parameters) {}

  std::int64_t offset(std::size_t index) const { return parameters_.layout().specs()[index].offset - parameters_.layout().dense_begin(); }
  Norm norm(const WeightAndBias& index) const {
    return {parameters_.view(index.weight), parameters_.view(index.bias), offset(index.weight), offset(index.bias)};
  }
  Linear linear(const WeightAndBias& index) const {
    return {parameters_.compute(index.weight), parameters_.compute(index.bias), offset(index.weight), offset(index.bias), {}};
  }
  /// With a weight [in, out], as GPT-2's Conv1D has it.
  Linear conv1d(const WeightAndBias& index) const {
    return {parameters_.compute(index.weight).t(), parameters_.compute(index.bias), offset(index.weight), offset(index.bias), {}};
  }

 private:
  const Parameters& parameters_;
};

}  // namespace agsweep
