#pragma once

#include <cstdint>
#include <string>

#include <ATen/ATen.h>

#include "workers/device/batch.hpp"
#include "workers/device/workspace.hpp"
#include "workers/model/flops.hpp"
#include "workers/model/gradient_target.hpp"
#include "workers/model/network.hpp"
#include "workers/model/parameters.hpp"

namespace agsweep {

/// What one shard of one step needs beside its rows.
struct ShardStep {
  const DropoutStream* stream;  // in the device's memory
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
  /// As training_flops() counts them. @param parameters  of which the shapes count
  double training_flops(const Parameters& parameters, const RowTotals& totals) const;
  /// Start values, which depend on the seed and the tensors' names alone: [layout.total()] fp32, on the host.
  virtual at::Tensor start_values(std::uint64_t seed) const { return initial_values(layout_, seed); }

  /// What of the weights that start_values() begins with does not fit and is left out, for a person; empty: nothing.
  virtual std::string left_out() const { return {}; }

  /// What a batch comes to without dropout, in the workspace.
  struct Outputs {
    at::Tensor hidden;  // [rows, width] fp32: of each row's last token, behind the last norm
    at::Tensor logits;  // [rows, classes] fp32
  };
  std::int64_t width(const Parameters& parameters) const { return network(parameters).width; }
  Outputs outputs(const Parameters& parameters, const Batch& batch, Workspace& workspace) const;
  at::Tensor logits(const Parameters& parameters, const Batch& batch, Workspace& workspace) const {
    return outputs(parameters, batch, workspace).logits;
  }

  /// One shard's forward and backward pass. Fills all of `gradient`.
  /// @param batch  where the embedding is trained, with its distinct tokens listed
  void forward_backward(const Parameters& parameters, const Batch& batch, const ShardStep& step, Workspace& workspace,
                        const GradientTarget& gradient) const;

 protected:
  explicit Model(std::int64_t classes) : classes_(classes) {}
  virtual Network network(const Parameters& parameters) const = 0;

  ParameterLayout layout_;

 private:
  std::int64_t classes_;
};

}  // namespace agsweep
