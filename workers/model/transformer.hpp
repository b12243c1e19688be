#pragma once

#include <cstdint>
#include <vector>

#include "data/tokenizer.hpp"  // gpt2_vocabulary
#include "workers/model/model.hpp"
#include "workers/model/weights.hpp"

namespace agsweep {

/// The sizes of the scratch model.
struct Geometry {
  std::int64_t vocabulary = gpt2_vocabulary;
  std::int64_t longest = 0;  // tokens a row
  std::int64_t layers = 0;
  std::int64_t width = 0;  // d_model
  std::int64_t heads = 0;
  std::int64_t ffn = 0;
  std::int64_t classes = 0;
};

/// The causal transformer of DESIGN 4, trained from scratch: sinusoidal positions, pre-norm blocks, exact GELU.
class Transformer : public Model {
 public:
  /// @param dropout  behind the embedding and on each residual
  Transformer(const Geometry& geometry, double dropout, c10::Device device = at::kCPU);

 protected:
  Network network(const Parameters& parameters) const override;

 private:
  Geometry geometry_;
  double dropout_;
  std::vector<BlockIndices> blocks_;
  WeightAndBias norm_;
  WeightAndBias head_;
  at::Tensor positions_;  // [longest, width] fp32
};

}  // namespace agsweep
