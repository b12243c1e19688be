#include "workers/kernels/cuda/cuda_kernels.hpp"

#include "workers/kernels/cuda/adamw.cuh"
#include "workers/kernels/cuda/adapter_forward.cuh"
#include "workers/kernels/cuda/adapter_gradients.cuh"
#include "workers/kernels/cuda/add.cuh"
#include "workers/kernels/cuda/attention.cuh"
#include "workers/kernels/cuda/clip.cuh"
#include "workers/kernels/cuda/column_sums.cuh"
#include "workers/kernels/cuda/cross_entropy.cuh"
#include "workers/kernels/cuda/dropped_rows.cuh"
#include "workers/kernels/cuda/embedding.cuh"
#include "workers/kernels/cuda/index_rows.cuh"
#include "workers/kernels/cuda/residual_norm.cuh"

namespace agsweep {

namespace {

gpu::Stream as_stream(void* stream) { return static_cast<gpu::Stream>(stream); }

}  // namespace

void CudaKernels::embedding_forward(const Embedding& embedding, float* out) { gpu::embedding_forward(as_stream(stream_), embedding, out); }
void CudaKernels::embedding_backward(const Embedding& embedding, const TokenPlaces& places, const float* d_out, float* gradient) {
  gpu::embedding_backward(as_stream(stream_), embedding, places, d_out, gradient);
}
void CudaKernels::position_backward(const Embedding& embedding, const float* d_out, std::int64_t positions, float* gradient) {
  gpu::position_backward(as_stream(stream_), embedding, d_out, positions, gradient);
}

void CudaKernels::residual_norm_forward(const ResidualNormForward<float>& pass) { gpu::residual_norm_forward(as_stream(stream_), pass); }
void CudaKernels::residual_norm_forward(const ResidualNormForward<BFloat16>& pass) { gpu::residual_norm_forward(as_stream(stream_), pass); }
void CudaKernels::residual_norm_backward(const ResidualNormBackward<float>& pass) {
  gpu::residual_norm_backward(as_stream(stream_), scratch_, pass);
}
void CudaKernels::residual_norm_backward(const ResidualNormBackward<BFloat16>& pass) {
  gpu::residual_norm_backward(as_stream(stream_), scratch_, pass);
}

std::int64_t CudaKernels::attention_saved_size(const AttentionShape& shape) const { return gpu::attention_saved_size(shape); }
void CudaKernels::attention_forward(const AttentionForward<float>& pass) { gpu::attention_forward(pass, as_stream(stream_)); }
void CudaKernels::attention_forward(const AttentionForward<BFloat16>& pass) { gpu::attention_forward(pass, as_stream(stream_)); }
void CudaKernels::attention_backward(const AttentionBackward<float>& pass) { gpu::attention_backward(pass, as_stream(stream_)); }
void CudaKernels::attention_backward(const AttentionBackward<BFloat16>& pass) { gpu::attention_backward(pass, as_stream(stream_)); }

void CudaKernels::drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) {
  gpu::drop_rows<gpu::DropInto::replace>(as_stream(stream_), dropout, rows, width, from, to);
}
void CudaKernels::drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) {
  gpu::drop_rows<gpu::DropInto::replace>(as_stream(stream_), dropout, rows, width, from, to);
}
void CudaKernels::add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) {
  gpu::drop_rows<gpu::DropInto::add>(as_stream(stream_), dropout, rows, width, from, to);
}
void CudaKernels::add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) {
  gpu::drop_rows<gpu::DropInto::add>(as_stream(stream_), dropout, rows, width, from, to);
}

void CudaKernels::column_sums(const float* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  gpu::column_sums(as_stream(stream_), scratch_, matrix, rows, columns, sums);
}
void CudaKernels::column_sums(const BFloat16* matrix, std::int64_t rows, std::int64_t columns, float* sums) {
  gpu::column_sums(as_stream(stream_), scratch_, matrix, rows, columns, sums);
}

void CudaKernels::cross_entropy(const CrossEntropy& pass) { gpu::cross_entropy(as_stream(stream_), pass); }

void CudaKernels::clip(const GradientClip& clip) { gpu::clip(as_stream(stream_), scratch_, clip); }
void CudaKernels::adamw(const AdamWUpdate& update) { gpu::adamw(as_stream(stream_), update); }
void CudaKernels::adamw(const EmbeddingAdamWUpdate& update) { gpu::adamw(as_stream(stream_), update); }
void CudaKernels::index_rows(const std::int32_t* rows, std::int64_t listed, std::int32_t* of_row, std::int64_t all_rows) {
  gpu::index_rows(as_stream(stream_), rows, listed, of_row, all_rows);
}
void CudaKernels::add(float* into, const float* other, std::int64_t count) { gpu::add(as_stream(stream_), into, other, count); }

bool CudaKernels::fuses_adapter(std::int64_t rank, std::int64_t width, const BFloat16* a) const {
  return gpu::fuses_adapter(rank, width, a);
}
void CudaKernels::adapter_forward(const AdapterForward& pass) { gpu::adapter_forward(as_stream(stream_), pass); }
void CudaKernels::adapter_a_gradient(const AdapterWeightGradient& pass) { gpu::adapter_a_gradient(as_stream(stream_), scratch_, pass); }
void CudaKernels::adapter_input_gradient(const AdapterInputGradient& pass) { gpu::adapter_input_gradient(as_stream(stream_), pass); }

}  // namespace agsweep
