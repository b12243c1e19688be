#pragma once

#include "workers/kernels/cross_entropy.hpp"
#include "workers/kernels/cuda/gpu.cuh"

namespace agsweep::gpu {

/// CrossEntropy's fields as kernels take them.
struct CrossEntropyView {
  const float* logits;
  const std::int32_t* labels;
  int rows;
  int classes;
  double smoothing;
  double scale;
  double* loss;
  float* d_logits;
  std::int64_t* confusion;
};

inline constexpr int loss_threads = 1024;

/// Sum over Lanes lanes that lie together, the same bits in each.
template <int Lanes>
__device__ inline double lanes_sum(double value) {
  AGSWEEP_UNROLL
  for (int flip = Lanes / 2; flip > 0; flip /= 2) value += __shfl_xor_sync(~0U, value, flip);
  return value;
}

/// Which class a row counts as, and its logit.
struct Prediction {
  float logit;
  int which;

  /// The first of the largest; a NaN is none.
  __device__ void consider(float logit_, int which_) {
    if (logit_ > logit || (logit_ == logit && which_ < which)) {
      logit = logit_;
      which = which_;
    }
  }
};

/// predicted_class() of workers/kernels/cross_entropy.hpp.
template <int Lanes>
__device__ inline Prediction predict(const float* x, int classes, int lane) {
  Prediction best{-INFINITY, classes};
  for (int c = lane; c < classes; c += Lanes) best.consider(x[c], c);
  AGSWEEP_UNROLL
  for (int flip = Lanes / 2; flip > 0; flip /= 2) {
    const float logit = __shfl_xor_sync(~0U, best.logit, flip);
    const int which = __shfl_xor_sync(~0U, best.which, flip);
    best.consider(logit, which);
  }
  const float front = x[0];
  return front == front ? best : Prediction{front, 0};
}

/// All of a loss in one block, as there are few rows: Lanes lanes a row, every (1024 / Lanes)-th row. Each thread adds up its rows, a fixed
/// tree the threads. Reads and writes rows x classes floats.
template <int Lanes>
__global__ void __launch_bounds__(loss_threads) cross_entropy_kernel(CrossEntropyView pass) {
  AGSWEEP_SHARED(double, warp_losses, loss_threads / warp_size);
  const auto thread = static_cast<int>(threadIdx.x);
  const int lane = thread % Lanes;
  const int cells = pass.confusion == nullptr ? 0 : pass.classes * pass.classes;
  for (int cell = thread; cell < cells; cell += loss_threads) pass.confusion[cell] = 0;
  __syncthreads();
  double loss = 0;
  const int team_rows = (pass.rows + loss_threads / Lanes - 1) / (loss_threads / Lanes);
  for (int round = 0; round < team_rows; ++round) {
    const int row = round * (loss_threads / Lanes) + thread / Lanes;
    const bool there = row < pass.rows;  // a warp's lanes go on together
    const std::int64_t begin = std::int64_t{there ? row : 0} * pass.classes;
    const float* x = pass.logits + begin;
    const int label = there ? pass.labels[row] : 0;
    const Prediction predicted = predict<Lanes>(x, pass.classes, lane);
    const double largest = predicted.logit;
    double partition = 0;
    double mean = 0;
    for (int c = lane; c < pass.classes; c += Lanes) {
      partition += exp(x[c] - largest);
      mean += x[c] / static_cast<double>(pass.classes);
    }
    const double log_partition = largest + log(lanes_sum<Lanes>(partition));
    mean = lanes_sum<Lanes>(mean);
    if (!there) continue;
    if (lane == 0) {
      loss += pass.scale * (log_partition - (1 - pass.smoothing) * x[label] - pass.smoothing * mean);
      if (cells > 0) {
        atomicAdd(reinterpret_cast<unsigned long long*>(pass.confusion + label * pass.classes + predicted.which), 1ULL);
      }
    }
    if (pass.d_logits == nullptr) continue;
    for (int c = lane; c < pass.classes; c += Lanes) {
      const double target = pass.smoothing / pass.classes + (c == label ? 1 - pass.smoothing : 0);
      pass.d_logits[begin + c] = static_cast<float>(pass.scale * (exp(x[c] - log_partition) - target));
    }
  }
  loss = warp_sum(loss);
  if (thread % warp_size == 0) warp_losses[thread / warp_size] = loss;
  __syncthreads();
  if (thread >= warp_size) return;
  static_assert(loss_threads / warp_size == warp_size);
  const double total = warp_sum(warp_losses[thread]);
  if (thread == 0) *pass.loss = total;
}

inline void cross_entropy(Stream stream, const CrossEntropy& pass) {
  const CrossEntropyView view{pass.logits,
                              pass.labels.data(),
                              static_cast<int>(pass.labels.size()),
                              static_cast<int>(pass.classes),
                              pass.smoothing,
                              pass.scale,
                              pass.loss,
                              pass.d_logits,
                              pass.confusion};
  const auto kernel = pass.classes <= 4 ? cross_entropy_kernel<1> : pass.classes <= 64 ? cross_entropy_kernel<8> : cross_entropy_kernel<32>;
  launch(stream, kernel, blocks(1), loss_threads, 0, view);
}

}  // namespace agsweep::gpu
