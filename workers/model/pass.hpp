#pragma once

#include <cstdint>
#include <vector>

#include <ATen/ATen.h>

#include "workers/device/batch.hpp"
#include "workers/device/workspace.hpp"
#include "workers/kernels/embedding.hpp"
#include "workers/model/gradient_target.hpp"
#include "workers/model/network.hpp"

namespace agsweep {

/// What a forward pass leaves for the backward pass. From a block's input its activations are computed again, with the same bits, since
/// dropout masks have no state. nothing: there is no backward pass.
enum class Saved { activations, block_inputs, nothing };

/// One batch on its way through a network.
class Pass {
 public:
  /// @param stream  of the dropout masks, in the device's memory; null: evaluation
  Pass(const Network& network, const Batch& batch, const DropoutStream* stream, Saved saved, Workspace& workspace);

  /// [rows, classes] fp32
  at::Tensor forward();

  /// What the head read in the forward pass: [rows, width] fp32.
  const at::Tensor& hidden() const { return hidden_; }

  /// @param d_logits  [rows, classes]
  void backward(const at::Tensor& d_logits, const GradientTarget& gradient);

 private:
  enum class Site : std::uint32_t { probabilities, attention, ffn, qkv, last_query, out, up, down, count };
  Dropout dropout(double rate, std::uint32_t site) const;
  Dropout dropout(double rate, std::int64_t block, Site site) const;
  Dropout update_dropout(std::int64_t block) const;
  BlockDropouts dropouts(std::int64_t block) const;
  BlockRows rows(std::int64_t block) const;
  Embedding embedding() const;
  at::Tensor embed();
  BlockTape block_tape(std::int64_t block, const BlockInput& input);
  BlockInput block_output(std::int64_t block, const BlockInput& input);
  BlockInput room_for_output(std::int64_t block, const BlockInput& input);
  at::ScalarType compute_type() const { return network_.blocks[0].up.weight.scalar_type(); }
  std::int64_t layers() const { return static_cast<std::int64_t>(network_.blocks.size()); }

  const Network& network_;
  const Batch& batch_;
  const DropoutStream* stream_;
  Saved saved_;
  Workspace& workspace_;
  std::vector<BlockTape> tapes_;    // Saved::activations
  std::vector<BlockInput> inputs_;  // Saved::block_inputs
  NormTape norm_;
  at::Tensor hidden_;  // [rows, width] fp32
  LinearTape head_;
};

}  // namespace agsweep
