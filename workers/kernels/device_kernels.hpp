#pragma once

#include <cstdint>

#include "workers/kernels/adamw.hpp"
#include "workers/kernels/adapter.hpp"
#include "workers/kernels/element.hpp"
#include "workers/kernels/kernels.hpp"

namespace agsweep {

/// What a step's clipping leaves in the device's memory.
struct ClipResult {
  double norm;           // of the gradient, before clipping
  float gradient_scale;  // what AdamW multiplies the gradient with
  std::int32_t skips;    // 1 from the first step whose loss or norm is not finite, until the host clears it: the weights stay as they were
};

/// The gradient's 2-norm and clipping's factor, min(1, max_norm / (norm + 1e-6)) as torch.nn.utils.clip_grad_norm_ has it.
struct GradientClip {
  const float* gradient;  // [count]
  std::int64_t count;
  const double* loss;  // the step's
  double max_norm;     // 0: no clipping
  ClipResult* result;  // norm and gradient_scale written; skips set to 1 where the loss or the norm is not finite, else left as it is
};

/// AdamW (Loshchilov and Hutter 2019) over a part of the flat buffers, with factors that the host writes for each step.
struct AdamWUpdate {
  const AdamWFactors* factors;  // in the device's memory; gradient_scale is not read
  const ClipResult* clip;       // nothing changes where it skips
  std::int64_t count;
  const float* gradient;  // [count]
  float* parameters;      // [count]
  float* first_moment;    // [count]
  float* second_moment;   // [count]
  BFloat16* low;          // [count], the updated parameters in bf16; null: not wanted
};

/// The same over an embedding [rows, width] whose gradient holds the listed rows alone; the others' is zero.
struct EmbeddingAdamWUpdate {
  const AdamWFactors* factors;
  const ClipResult* clip;
  std::int64_t rows;
  std::int64_t width;
  const std::int32_t* gradient_row;  // [rows], which row of `gradient`; below 0: none
  const float* gradient;             // [listed rows, width]
  float* parameters;                 // [rows, width]
  float* first_moment;               // [rows, width]
  float* second_moment;              // [rows, width]
};

/// The kernels of a device whose host runs ahead of it, which the whole step needs.
class DeviceKernels : public Kernels {
 public:
  /// Sums of squares in double over fixed blocks, in an order that depends on the count alone.
  virtual void clip(const GradientClip& clip) = 0;
  virtual void adamw(const AdamWUpdate& update) = 0;
  virtual void adamw(const EmbeddingAdamWUpdate& update) = 0;
  /// of_row[rows[i]] = i for the listed rows, -1 elsewhere.
  /// @param rows    [listed], distinct; below 0: a place that is not used
  /// @param of_row  [all_rows], written
  virtual void index_rows(const std::int32_t* rows, std::int64_t listed, std::int32_t* of_row, std::int64_t all_rows) = 0;
  /// into += other, [count]: a node of the tree over shards.
  virtual void add(float* into, const float* other, std::int64_t count) = 0;

  /// Whether the passes below are there for an adapter with this `a`, [rank, width], whose other matrices are aligned to 8 bytes; else it
  /// is for matrix products and drop_rows.
  virtual bool fuses_adapter(std::int64_t rank, std::int64_t width, const BFloat16* a) const = 0;
  virtual void adapter_forward(const AdapterForward& pass) = 0;
  /// Summed over blocks of rows, in an order that depends on the shape alone.
  virtual void adapter_a_gradient(const AdapterWeightGradient& pass) = 0;
  virtual void adapter_input_gradient(const AdapterInputGradient& pass) = 0;
};

}  // namespace agsweep
