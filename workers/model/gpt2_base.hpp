#pragma once

#include <optional>
#include <vector>

#include <ATen/ATen.h>

#include "workers/gpt2/gpt2_checkpoint.hpp"
#include "workers/model/linear.hpp"
#include "workers/model/norm.hpp"

namespace agsweep {

/// A GPT-2's frozen weights, in the type that the GEMMs read; shared by all that only read them.
class Gpt2Base {
 public:
  struct BlockWeights {
    Norm norm1;
    Linear qkv, out;
    Norm norm2;
    Linear up, down;
  };

  /// @param compute_type  of the GEMMs: fp32 or bf16
  Gpt2Base(Gpt2Checkpoint checkpoint, at::ScalarType compute_type, c10::Device device = at::kCPU);

  const Gpt2Config& config() const { return config_; }
  const at::Tensor& token_embedding() const { return token_embedding_; }        // [vocabulary, width] fp32
  const at::Tensor& position_embedding() const { return position_embedding_; }  // [positions, width] fp32
  const std::vector<BlockWeights>& blocks() const { return blocks_; }
  const Norm& norm() const { return norm_; }
  const at::Tensor& score() const { return score_; }          // [classes, width] fp32; undefined: the checkpoint has no head
  std::int64_t count() const { return gpt2_count(config_); }  // parameters, without the head

 private:
  Gpt2Config config_;
  std::optional<Gpt2Checkpoint> checkpoint_;  // in fp32 on the CPU: the tensors are views of the file's bytes
  at::Tensor token_embedding_;
  at::Tensor position_embedding_;
  std::vector<BlockWeights> blocks_;
  Norm norm_;
  at::Tensor score_;
};

}  // namespace agsweep
