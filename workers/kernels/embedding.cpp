#include "workers/kernels/embedding.hpp"

#include <algorithm>  // std::fill_n, std::sort
#include <cmath>
#include <numeric>  // std::iota

#include "workers/kernels/dropout_factors.hpp"

namespace agsweep {

AGSWEEP_SIMD void embedding_forward(const Embedding& embedding, float* out) {
  const std::int64_t width = embedding.width;
  const std::int64_t stride = round_up(width, dropout_block);
  std::vector<float> room(static_cast<std::size_t>(stride), 1.0F);
  float* factors = room.data();
  for (std::size_t sequence = 0; sequence + 1 < embedding.offsets.size(); ++sequence) {
    for (std::int64_t token = embedding.offsets[sequence]; token < embedding.offsets[sequence + 1]; ++token) {
      const float* row = embedding.table + embedding.tokens[static_cast<std::size_t>(token)] * width;
      const float* position = embedding.positions + (token - embedding.offsets[sequence]) * width;
      if (embedding.dropout.active()) dropout_row_factors(embedding.dropout, token, stride, factors);
      float* to = out + token * width;
      for (std::int64_t i = 0; i < width; ++i) to[i] = (row[i] * embedding.scale + position[i]) * factors[i];
    }
  }
}

AGSWEEP_SIMD void embedding_backward(const Embedding& embedding, const float* d_out, RowSparse& gradient) {
  const std::int64_t width = embedding.width;
  const std::int64_t stride = round_up(width, dropout_block);
  std::vector<float> room(static_cast<std::size_t>(stride), 1.0F);
  float* factors = room.data();
  std::vector<std::int32_t> places(embedding.tokens.size());
  std::iota(places.begin(), places.end(), 0);
  const auto by_token_then_place = [&](std::int32_t a, std::int32_t b) {
    const std::int32_t token_a = embedding.tokens[static_cast<std::size_t>(a)];
    const std::int32_t token_b = embedding.tokens[static_cast<std::size_t>(b)];
    return token_a != token_b ? token_a < token_b : a < b;
  };
  std::sort(places.begin(), places.end(), by_token_then_place);
  gradient.clear(width);
  for (const std::int32_t place : places) {
    const std::int32_t token = embedding.tokens[static_cast<std::size_t>(place)];
    if (gradient.rows.empty() || gradient.rows.back() != token) gradient.append_zero_row(token);
    if (embedding.dropout.active()) dropout_row_factors(embedding.dropout, place, stride, factors);
    float* sum = gradient.last_row();
    const float* d = d_out + place * width;
    for (std::int64_t i = 0; i < width; ++i) sum[i] += d[i] * embedding.scale * factors[i];
  }
}

AGSWEEP_SIMD void position_backward(const Embedding& embedding, const float* d_out, std::int64_t longest, float* gradient) {
  const std::int64_t width = embedding.width;
  const std::int64_t stride = round_up(width, dropout_block);
  std::vector<float> room(static_cast<std::size_t>(stride), 1.0F);
  float* factors = room.data();
  std::fill_n(gradient, longest * width, 0.0F);
  for (std::size_t sequence = 0; sequence + 1 < embedding.offsets.size(); ++sequence) {
    for (std::int64_t token = embedding.offsets[sequence]; token < embedding.offsets[sequence + 1]; ++token) {
      if (embedding.dropout.active()) dropout_row_factors(embedding.dropout, token, stride, factors);
      float* sum = gradient + (token - embedding.offsets[sequence]) * width;
      const float* d = d_out + token * width;
      for (std::int64_t i = 0; i < width; ++i) sum[i] += d[i] * factors[i];
    }
  }
}

std::vector<float> sinusoidal_positions(std::int64_t length, std::int64_t width) {
  std::vector<float> positions(static_cast<std::size_t>(length * width));
  for (std::int64_t position = 0; position < length; ++position) {
    for (std::int64_t channel = 0; channel < width; ++channel) {
      const std::int64_t even = channel - channel % 2;  // a sine and its cosine share the frequency
      const double exponent = static_cast<double>(even) / static_cast<double>(width);
      const double angle = static_cast<double>(position) / std::pow(10000.0, exponent);
      positions[static_cast<std::size_t>(position * width + channel)] =
          static_cast<float>(channel % 2 == 0 ? std::sin(angle) : std::cos(angle));
    }
  }
  return positions;
}

}  // namespace agsweep
