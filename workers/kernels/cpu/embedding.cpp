#include <algorithm>  // std::fill_n
#include <vector>

#include "workers/kernels/cpu/cpu_kernels.hpp"
#include "workers/kernels/cpu/dropout_factors.hpp"

namespace agsweep {

namespace {

AGSWEEP_SIMD void forward(const Embedding& embedding, float* out) {
  const std::int64_t width = embedding.width;
  const std::int64_t stride = round_up(width, dropout_block);
  const auto offsets = embedding.sequences.offsets;
  std::vector<float> room(static_cast<std::size_t>(stride), 1.0F);
  float* factors = room.data();
  for (std::size_t sequence = 0; sequence + 1 < offsets.size(); ++sequence) {
    for (std::int64_t token = offsets[sequence]; token < offsets[sequence + 1]; ++token) {
      const float* row = embedding.table + embedding.tokens[static_cast<std::size_t>(token)] * width;
      const float* position = embedding.positions + (token - offsets[sequence]) * width;
      if (embedding.dropout.active()) dropout_row_factors(embedding.dropout, token, stride, factors);
      float* to = out + token * width;
      for (std::int64_t i = 0; i < width; ++i) to[i] = (row[i] * embedding.scale + position[i]) * factors[i];
    }
  }
  std::fill_n(out + offsets.back() * width, (embedding.sequences.rows - offsets.back()) * width, 0.0F);
}

AGSWEEP_SIMD void backward(const Embedding& embedding, const TokenPlaces& places, const float* d_out, float* gradient) {
  const std::int64_t width = embedding.width;
  const std::int64_t stride = round_up(width, dropout_block);
  std::vector<float> room(static_cast<std::size_t>(stride), 1.0F);
  float* factors = room.data();
  for (std::size_t listed = 0; listed + 1 < places.begins.size(); ++listed) {
    float* sum = gradient + static_cast<std::int64_t>(listed) * width;
    std::fill_n(sum, width, 0.0F);
    for (std::int32_t index = places.begins[listed]; index < places.begins[listed + 1]; ++index) {
      const std::int32_t place = places.places[static_cast<std::size_t>(index)];
      if (embedding.dropout.active()) dropout_row_factors(embedding.dropout, place, stride, factors);
      const float* d = d_out + place * width;
      for (std::int64_t i = 0; i < width; ++i) sum[i] += d[i] * embedding.scale * factors[i];
    }
  }
}

AGSWEEP_SIMD void backward_of_positions(const Embedding& embedding, const float* d_out, std::int64_t positions, float* gradient) {
  const std::int64_t width = embedding.width;
  const std::int64_t stride = round_up(width, dropout_block);
  const auto offsets = embedding.sequences.offsets;
  std::vector<float> room(static_cast<std::size_t>(stride), 1.0F);
  float* factors = room.data();
  std::fill_n(gradient, positions * width, 0.0F);
  for (std::size_t sequence = 0; sequence + 1 < offsets.size(); ++sequence) {
    for (std::int64_t token = offsets[sequence]; token < offsets[sequence + 1]; ++token) {
      if (embedding.dropout.active()) dropout_row_factors(embedding.dropout, token, stride, factors);
      float* sum = gradient + (token - offsets[sequence]) * width;
      const float* d = d_out + token * width;
      for (std::int64_t i = 0; i < width; ++i) sum[i] += d[i] * factors[i];
    }
  }
}

}  // namespace

void CpuKernels::embedding_forward(const Embedding& embedding, float* out) { forward(embedding, out); }
void CpuKernels::embedding_backward(const Embedding& embedding, const TokenPlaces& places, const float* d_out, float* gradient) {
  backward(embedding, places, d_out, gradient);
}
void CpuKernels::position_backward(const Embedding& embedding, const float* d_out, std::int64_t positions, float* gradient) {
  backward_of_positions(embedding, d_out, positions, gradient);
}

}  // namespace agsweep
