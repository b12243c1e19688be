#pragma once

#include <cstdint>
#include <span>

#include <ATen/ATen.h>

#include "data/batch.hpp"
#include "workers/model/network.hpp"
#include "workers/model/parameters.hpp"
#include "workers/model/workspace.hpp"
#include "workers/reduce/gradient.hpp"

namespace agsweep {

/// What one shard of one step needs beside its rows.
struct ShardStep {
  Dropout stream;  // seed, step and shard; rate and site are the model's
  double label_smoothing;
  std::int64_t batch_rows;                // of the global batch
  bool activation_checkpointing = false;  // keeps each block's input alone, and computes its activations again: the same bits
};

/// A causal transformer that classifies packed rows at each row's last token.
///
/// Forward and backward are written out: activations live in a workspace, each gradient is written once, straight to its place in the
/// shard's buffer. Only the last token is read, so the last block computes queries, attention and FFN for that token alone.
/// Const and safe from several threads, each with its own workspace and gradient.
class Model {
 public:
  virtual ~Model() = default;

  const ParameterLayout& layout() const { return layout_; }  // of what is trained
  std::int64_t classes() const { return classes_; }
  /// Parameters, trained and frozen.
  virtual std::int64_t total_count() const { return layout_.count(); }
  /// Start values, which depend on the seed and the tensors' names alone.
  virtual void start(Parameters& parameters, std::uint64_t seed) const { initialise(parameters, seed); }

  /// The logits of a batch, without dropout: [rows, classes] fp32, in the workspace.
  at::Tensor logits(const Parameters& parameters, const PackedBatch& batch, Workspace& workspace) const;

  /// One shard's forward and backward pass. Fills all of `gradient`: loss, confusion, embedding rows, dense part.
  void forward_backward(const Parameters& parameters, const PackedBatch& batch, const ShardStep& step, Workspace& workspace,
                        Gradient& gradient) const;

 protected:
  explicit Model(std::int64_t classes) : classes_(classes) {}
  virtual Network network(const Parameters& parameters) const = 0;

  ParameterLayout layout_;

 private:
  std::int64_t classes_;
};

}  // namespace agsweep
