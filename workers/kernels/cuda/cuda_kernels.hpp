#pragma once

#include "workers/kernels/cuda/scratch_memory.hpp"
#include "workers/kernels/device_kernels.hpp"

namespace agsweep {

/// The kernels of an NVIDIA GPU, launched into one stream. Each .cuh of this folder holds one kernel.
/// Every call is asynchronous and can be captured in a graph, which then needs the memory that `scratch` gave.
class CudaKernels final : public DeviceKernels {
 public:
  /// @param stream   a cudaStream_t
  /// @param scratch  of the stream's device; outlives this object
  CudaKernels(void* stream, ScratchMemory& scratch) : stream_(stream), scratch_(scratch) {}

  void embedding_forward(const Embedding& embedding, float* out) override;
  void embedding_backward(const Embedding& embedding, const TokenPlaces& places, const float* d_out, float* gradient) override;
  void position_backward(const Embedding& embedding, const float* d_out, std::int64_t positions, float* gradient) override;

  void residual_norm_forward(const ResidualNormForward<float>& pass) override;
  void residual_norm_forward(const ResidualNormForward<BFloat16>& pass) override;
  void residual_norm_backward(const ResidualNormBackward<float>& pass) override;
  void residual_norm_backward(const ResidualNormBackward<BFloat16>& pass) override;

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

  void clip(const GradientClip& clip) override;
  void adamw(const AdamWUpdate& update) override;
  void adamw(const EmbeddingAdamWUpdate& update) override;
  void index_rows(const std::int32_t* rows, std::int64_t listed, std::int32_t* of_row, std::int64_t all_rows) override;
  void add(float* into, const float* other, std::int64_t count) override;

  bool fuses_adapter(std::int64_t rank, std::int64_t width, const BFloat16* a) const override;
  void adapter_forward(const AdapterForward& pass) override;
  void adapter_a_gradient(const AdapterWeightGradient& pass) override;
  void adapter_input_gradient(const AdapterInputGradient& pass) override;

 private:
  void* stream_;
  ScratchMemory& scratch_;
};

}  // namespace agsweep
