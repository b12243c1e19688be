#pragma once

#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include "data/batch.hpp"
#include "workers/kernels/dropout.hpp"
#include "workers/model/parameters.hpp"
#include "workers/model/workspace.hpp"
#include "workers/reduce/gradient.hpp"

namespace agsweep {

/// The sizes of the scratch model.
struct Geometry {
  std::int64_t vocabulary = 50257;
  std::int64_t longest = 128;  // tokens a row
  std::int64_t layers = 3;
  std::int64_t width = 192;  // d_model
  std::int64_t heads = 4;
  std::int64_t ffn = 768;
  std::int64_t classes = 4;
};

/// What one shard of one step needs beside its rows.
struct ShardStep {
  Dropout dropout;  // site is set by the model
  double label_smoothing;
  std::int64_t batch_rows;  // of the global batch
};

/// The causal transformer of DESIGN 4, trained from scratch: pre-norm blocks over packed rows, classified at each row's last token.
///
/// Forward and backward are written out: activations live in a workspace, each gradient is written once, straight to its place in the
/// shard's buffer. Only the last token is read, so the last block computes queries, attention and FFN for that token alone.
/// Const and safe from several threads, each with its own workspace and gradient.
class Transformer {
 public:
  explicit Transformer(const Geometry& geometry);

  const Geometry& geometry() const { return geometry_; }
  const ParameterLayout& layout() const { return layout_; }

  /// The logits of a batch, without dropout: [rows, classes] fp32, in the workspace.
  at::Tensor logits(const Parameters& parameters, const PackedBatch& batch, Workspace& workspace) const;

  /// One shard's forward and backward pass. Fills all of `gradient`: loss, confusion, embedding rows, dense part.
  void forward_backward(const Parameters& parameters, const PackedBatch& batch, const ShardStep& step, Workspace& workspace,
                        Gradient& gradient) const;

 private:
  struct NormIndices {
    std::size_t weight = 0;
    std::size_t bias = 0;
  };
  struct LinearIndices {
    std::size_t weight = 0;
    std::size_t bias = 0;
  };
  struct BlockIndices {
    NormIndices norm1;
    LinearIndices qkv;
    LinearIndices out;
    NormIndices norm2;
    LinearIndices up;
    LinearIndices down;
  };
  class Pass;

  Geometry geometry_;
  ParameterLayout layout_;
  std::size_t embedding_ = 0;
  std::vector<BlockIndices> blocks_;
  NormIndices norm_;
  LinearIndices head_;
  std::vector<float> positions_;  // [longest, width]
};

}  // namespace agsweep
