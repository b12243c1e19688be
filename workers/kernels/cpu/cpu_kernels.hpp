#pragma once

#include <cstdint>
#include <vector>

#include "workers/kernels/kernels.hpp"

namespace agsweep {

/// The kernels of one CPU thread: vector code for the best instruction set that the CPU has, without a library's calls.
/// Each .cpp of this folder holds one kernel.
class CpuKernels final : public Kernels {
 public:
  void embedding_forward(const Embedding& embedding, float* out) override;
  void embedding_backward(const Embedding& embedding, const TokenPlaces& places, const float* d_out, float* gradient) override;
  void position_backward(const Embedding& embedding, const float* d_out, std::int64_t positions, float* gradient) override;

  void residual_norm_forward(const ResidualNormForward<float>& pass) override;
  void residual_norm_forward(const ResidualNormForward<BFloat16>& pass) override;
  void residual_norm_backward(const ResidualNormBackward<float>& pass) override;
  void residual_norm_backward(const ResidualNormBackward<BFloat16>& pass) override;

  /// The attention probabilities before dropout.
  std::int64_t attention_saved_size(const AttentionShape& shape) const override;
  void attention_forward(const AttentionForward<float>& pass) override;
  void attention_forward(const AttentionForward<BFloat16>& pass) override;
  void attention_backward(const AttentionBackward<float>& pass) override;
  void attention_backward(const AttentionBackward<BFloat16>& pass) override;

  void drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) override;
  void drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) override;
  void add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) override;
  void add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) override;

  void column_sums(const float* matrix, std::int64_t rows, std::int64_t columns, float* sums) override;
  void column_sums(const BFloat16* matrix, std::int64_t rows, std::int64_t columns, float* sums) override;

  void cross_entropy(const CrossEntropy& pass) override;

 private:
  /// Memory that grows to what the largest call needs.
  float* scratch(std::int64_t floats) {
    if (static_cast<std::int64_t>(scratch_.size()) < floats) scratch_.resize(static_cast<std::size_t>(floats));
    return scratch_.data();
  }

  std::vector<float> scratch_;
};

}  // namespace agsweep
