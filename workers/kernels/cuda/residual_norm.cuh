#pragma once

#include <algorithm>  // std::min

#include "workers/kernels/cuda/column_sums.cuh"
#include "workers/kernels/cuda/row_patch.cuh"
#include "workers/kernels/residual_norm.hpp"

namespace agsweep::gpu {

inline constexpr int norm_warps = 8;  // of a block, at most
static_assert(most_device_width == norm_warps * warp_elements);

/// How a block shares rows: a team of as many warps as a row has 256 elements holds a row in registers, a patch a thread.
struct RowTeams {
  int warps;  // of a team
  int teams;  // of a block

  explicit RowTeams(std::int64_t width) : warps(static_cast<int>(divide_up(width, warp_elements))), teams(norm_warps / warps) {}

  int threads() const { return warps * teams * warp_size; }
  __device__ int team() const { return static_cast<int>(threadIdx.x) / warp_size / warps; }
  __device__ Patch patch() const { return lane_patch(static_cast<int>(threadIdx.x) / warp_size % warps); }
};

/// Two sums over each team, the same bits in each of its threads. All threads of the block ask together, `turn` being 0, 1, 0, 1, ..:
/// so one barrier is enough, as no thread is two sums ahead of another.
__device__ inline float2 team_sum(const RowTeams& teams, int turn, float2 value) {
  value = {warp_sum(value.x), warp_sum(value.y)};
  if (teams.warps == 1) return value;
  AGSWEEP_SHARED(float2, of_warp, 2 * norm_warps);
  const int warp = static_cast<int>(threadIdx.x) / warp_size;
  if (threadIdx.x % warp_size == 0) of_warp[turn * norm_warps + warp] = value;
  __syncthreads();
  float2 sum = {0.0F, 0.0F};
  for (int i = 0; i < teams.warps; ++i) {
    const float2 part = of_warp[turn * norm_warps + warp / teams.warps * teams.warps + i];
    sum.x += part.x;
    sum.y += part.y;
  }
  return sum;
}

/// residual_out = residual_in + dropout(update), normed = LayerNorm(residual_out). A team a row. Reads and writes a row's
/// width x (4 + sizeof(Act)) bytes once each.
template <typename Act, bool Paired>
__global__ void __launch_bounds__(norm_warps* warp_size)
    residual_norm_forward_kernel(ResidualNormForward<Act> pass, DropoutLayer layer, RowTeams teams) {
  const std::int64_t row = std::int64_t{blockIdx.x} * teams.teams + teams.team();
  const bool there = row < pass.rows;  // the block's threads go on together
  const int width = there ? static_cast<int>(pass.width) : 0;
  const std::int64_t begin = row * pass.width;
  const Patch patch = teams.patch();
  float x[patch_elements];
  load_patch<Paired>(pass.residual_in + begin, width, patch, x);
  if (pass.update != nullptr) {
    float update[patch_elements];
    load_patch<Paired>(pass.update + begin, width, patch, update);
    apply_mask(DropoutMask(layer), row, static_cast<int>(pass.width), patch, update);
    AGSWEEP_UNROLL
    for (int e = 0; e < patch_elements; ++e) x[e] += update[e];
    store_patch<Paired>(pass.residual_out + begin, width, patch, x);
  }
  float sum = 0;
  AGSWEEP_UNROLL
  for (int e = 0; e < patch_elements; ++e) sum += x[e];
  const float mean = __fdiv_rn(team_sum(teams, 0, {sum, 0.0F}).x, static_cast<float>(pass.width));
  float squares = 0;
  AGSWEEP_UNROLL
  for (int e = 0; e < patch_elements; ++e) {
    x[e] -= mean;
    if (patch.column(e / 2, e % 2) < width) squares += x[e] * x[e];
  }
  const float variance = __fdiv_rn(team_sum(teams, 1, {squares, 0.0F}).x, static_cast<float>(pass.width));
  const float inverse_std = __fdiv_rn(1.0F, __fsqrt_rn(variance + pass.epsilon));
  float weight[patch_elements];
  float bias[patch_elements];
  load_patch<Paired>(pass.weight, width, patch, weight);
  load_patch<Paired>(pass.bias, width, patch, bias);
  AGSWEEP_UNROLL
  for (int e = 0; e < patch_elements; ++e) x[e] = x[e] * inverse_std * weight[e] + bias[e];
  store_patch<Paired>(pass.normed + begin, width, patch, x);
  if (there && patch.block == 0 && patch.pair == 0) {
    pass.mean[row] = mean;
    pass.inverse_std[row] = inverse_std;
  }
}

/// partials[block, 2 * width] = the sums of the block's teams, in order: each thread brings its patch of weight's and bias's gradient.
__device__ inline void write_partials(const RowTeams& teams, const float (&weight)[patch_elements], const float (&bias)[patch_elements],
                                      int width, float* partials) {
  AGSWEEP_SHARED(float, weights, norm_warps* warp_elements);
  AGSWEEP_SHARED(float, biases, norm_warps* warp_elements);
  const int team_columns = teams.warps * warp_elements;
  const Patch patch = teams.patch();
  AGSWEEP_UNROLL
  for (int e = 0; e < patch_elements; ++e) {
    weights[teams.team() * team_columns + patch.column(e / 2, e % 2)] = weight[e];
    biases[teams.team() * team_columns + patch.column(e / 2, e % 2)] = bias[e];
  }
  __syncthreads();
  float* to = partials + std::int64_t{blockIdx.x} * 2 * width;
  for (int column = static_cast<int>(threadIdx.x); column < width; column += static_cast<int>(blockDim.x)) {
    float weight_sum = 0;
    float bias_sum = 0;
    for (int team = 0; team < teams.teams; ++team) {
      weight_sum += weights[team * team_columns + column];
      bias_sum += biases[team * team_columns + column];
    }
    to[column] = weight_sum;
    to[width + column] = bias_sum;
  }
}

inline constexpr int norm_residents = 3;  // blocks of the backward pass that a multiprocessor holds at once

/// The whole gradient of the residual stream and of the update, and each block's part of weight's and bias's. A team a row at a time, every
/// (teams of the grid)-th row. Reads a row's width x (8 + sizeof(Act)) bytes and writes width x (4 + sizeof(Act)) once each.
template <typename Act, bool Paired, bool Trained>
__global__ void __launch_bounds__(norm_warps* warp_size, norm_residents)
    residual_norm_backward_kernel(ResidualNormBackward<Act> pass, DropoutLayer layer, RowTeams teams, float* partials) {
  const DropoutMask mask(layer);
  const Patch patch = teams.patch();
  const auto width = static_cast<int>(pass.width);
  const auto elements = static_cast<float>(pass.width);
  float weight[patch_elements];
  load_patch<Paired>(pass.weight, width, patch, weight);
  float d_weight[patch_elements] = {};
  float d_bias[patch_elements] = {};
  int turn = 0;
  for (std::int64_t first = std::int64_t{blockIdx.x} * teams.teams; first < pass.rows; first += std::int64_t{gridDim.x} * teams.teams) {
    const std::int64_t row = first + teams.team();
    const bool there = row < pass.rows;  // the block's threads go on together
    const int row_width = there ? width : 0;
    const std::int64_t begin = row * width;
    const float mean = there ? pass.mean[row] : 0.0F;
    const float inverse_std = there ? pass.inverse_std[row] : 0.0F;
    float x[patch_elements];  // normalised
    float g[patch_elements];  // the gradient of the row before weight and bias
    float d[patch_elements];
    load_patch<Paired>(pass.residual + begin, row_width, patch, x);
    load_patch<Paired>(pass.d_normed + begin, row_width, patch, g);
    load_patch<Paired>(pass.d_residual + begin, row_width, patch, d);
    float2 sums = {0.0F, 0.0F};
    AGSWEEP_UNROLL
    for (int e = 0; e < patch_elements; ++e) {
      x[e] = (x[e] - mean) * inverse_std;
      if constexpr (Trained) {
        d_weight[e] += g[e] * x[e];
        d_bias[e] += g[e];
      }
      g[e] *= weight[e];
      sums.x += g[e];
      sums.y += g[e] * x[e];
    }
    sums = team_sum(teams, turn, sums);
    turn = 1 - turn;
    const float mean_g = sums.x / elements;
    const float mean_gx = sums.y / elements;
    AGSWEEP_UNROLL
    for (int e = 0; e < patch_elements; ++e) d[e] += inverse_std * (g[e] - mean_g - x[e] * mean_gx);
    store_patch<Paired>(pass.d_residual + begin, row_width, patch, d);
    if (pass.d_update != nullptr) {
      apply_mask(mask, row, width, patch, d);
      store_patch<Paired>(pass.d_update + begin, row_width, patch, d);
    }
  }
  if constexpr (Trained) write_partials(teams, d_weight, d_bias, width, partials);
}

template <typename Act>
void residual_norm_forward(Stream stream, const ResidualNormForward<Act>& pass) {
  const RowTeams teams(pass.width);
  launch(stream, pass.width % 2 == 0 ? residual_norm_forward_kernel<Act, true> : residual_norm_forward_kernel<Act, false>,
         blocks(divide_up(pass.rows, teams.teams)), teams.threads(), 0, pass, DropoutLayer(pass.dropout), teams);
}

/// The number of blocks, and with it the order of the sums over rows, depends on the shape alone.
template <typename Act>
void residual_norm_backward(Stream stream, ScratchMemory& scratch, const ResidualNormBackward<Act>& pass) {
  const RowTeams teams(pass.width);
  constexpr std::int64_t multiprocessors = 132;  // an H100's
  const std::int64_t parts = std::min(multiprocessors * norm_residents, divide_up(pass.rows, teams.teams));
  const bool paired = pass.width % 2 == 0;
  const DropoutLayer layer(pass.dropout);
  float* partials = nullptr;
  if (pass.d_weight == nullptr) {
    launch(stream, paired ? residual_norm_backward_kernel<Act, true, false> : residual_norm_backward_kernel<Act, false, false>,
           blocks(parts), teams.threads(), 0, pass, layer, teams, partials);
    return;
  }
  const auto columns = static_cast<int>(2 * pass.width);
  partials = static_cast<float*>(scratch.grow(static_cast<std::size_t>(parts * columns) * sizeof(float)));
  launch(stream, paired ? residual_norm_backward_kernel<Act, true, true> : residual_norm_backward_kernel<Act, false, true>, blocks(parts),
         teams.threads(), 0, pass, layer, teams, partials);
  launch_sum_partials(stream, partials, static_cast<int>(parts), columns, {pass.d_weight, pass.d_bias, columns / 2});
}

}  // namespace agsweep::gpu
