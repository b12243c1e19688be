#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <ATen/ATen.h>

#include "data/batch.hpp"
#include "workers/kernels/embedding.hpp"
#include "workers/model/network.hpp"
#include "workers/model/workspace.hpp"
#include "workers/reduce/gradient.hpp"

namespace agsweep {

/// One batch on its way through a network: what the forward pass leaves for the backward pass.
class Pass {
 public:
  /// @param stream  of the dropout masks; none: evaluation
  Pass(const Network& network, const PackedBatch& batch, const std::optional<Dropout>& stream, Workspace& workspace);

  /// [rows, classes] fp32
  at::Tensor forward();

  /// @param d_logits  [rows, classes]
  void backward(const at::Tensor& d_logits, Gradient& gradient);

 private:
  enum class Site : std::uint32_t { probabilities, attention, ffn, qkv, last_query, out, up, down, count };
  Dropout dropout(double rate, std::uint32_t site) const;
  Dropout dropout(double rate, std::int64_t block, Site site) const;
  Dropout update_dropout(std::int64_t block) const;
  BlockDropouts dropouts(std::int64_t block) const;
  BlockRows rows(std::int64_t block) const;
  Embedding embedding() const;
  at::Tensor embed();
  std::int64_t layers() const { return static_cast<std::int64_t>(network_.blocks.size()); }

  const Network& network_;
  const PackedBatch& batch_;
  std::optional<Dropout> stream_;
  Workspace& workspace_;
  std::vector<std::int32_t> last_offsets_;  // [rows + 1], 0 .. rows
  at::Tensor last_tokens_;                  // [rows] int32
  std::vector<BlockTape> tapes_;
  NormTape norm_;
  LinearTape head_;
};

}  // namespace agsweep
