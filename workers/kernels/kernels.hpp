#pragma once

#include <cstdint>

#include "workers/kernels/attention.hpp"
#include "workers/kernels/cross_entropy.hpp"
#include "workers/kernels/dropout.hpp"
#include "workers/kernels/element.hpp"
#include "workers/kernels/embedding.hpp"
#include "workers/kernels/residual_norm.hpp"

namespace agsweep {

/// What a training step computes beside matrix products, on one kind of device. Every pointer and span of an argument lies in that
/// device's memory. One thread's: it may keep scratch memory. On a device with a queue, calls are launched there, in order, and return.
///
/// The back ends compute the same values but for rounding, and draw the same dropout masks; each gives the same bits for the same input.
/// bf16 values are read as fp32, computed in fp32, and rounded to nearest even when they are written.
class Kernels {
 public:
  virtual ~Kernels() = default;

  /// @param out  [sequences.rows, width], written; zero behind the last sequence
  virtual void embedding_forward(const Embedding& embedding, float* out) = 0;
  /// The table's gradient in the rows of the listed tokens: each the sum over its places in order, zero for a token without a place.
  /// @param d_out     [sequences.rows, width], the gradient of embedding_forward's out
  /// @param gradient  [places.count(), width], written
  virtual void embedding_backward(const Embedding& embedding, const TokenPlaces& places, const float* d_out, float* gradient) = 0;
  /// The position vectors' gradient, where they are trained: each the sum over its sequences in order.
  /// @param gradient  [positions, width], written
  virtual void position_backward(const Embedding& embedding, const float* d_out, std::int64_t positions, float* gradient) = 0;

  virtual void residual_norm_forward(const ResidualNormForward<float>& pass) = 0;
  virtual void residual_norm_forward(const ResidualNormForward<BFloat16>& pass) = 0;
  virtual void residual_norm_backward(const ResidualNormBackward<float>& pass) = 0;
  virtual void residual_norm_backward(const ResidualNormBackward<BFloat16>& pass) = 0;

  /// Floats that attention's forward pass leaves for the backward pass.
  virtual std::int64_t attention_saved_size(const AttentionShape& shape) const = 0;
  virtual void attention_forward(const AttentionForward<float>& pass) = 0;
  virtual void attention_forward(const AttentionForward<BFloat16>& pass) = 0;
  virtual void attention_backward(const AttentionBackward<float>& pass) = 0;
  virtual void attention_backward(const AttentionBackward<BFloat16>& pass) = 0;

  /// to = dropout(from), both [rows, width].
  virtual void drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) = 0;
  virtual void drop_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) = 0;
  /// to += the backward pass of that: from, times the same mask's factors.
  virtual void add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const float* from, float* to) = 0;
  virtual void add_dropped_rows(const Dropout& dropout, std::int64_t rows, std::int64_t width, const BFloat16* from, BFloat16* to) = 0;

  /// sums[column] = the sum over the rows of a matrix [rows, columns]: a bias's gradient.
  virtual void column_sums(const float* matrix, std::int64_t rows, std::int64_t columns, float* sums) = 0;
  virtual void column_sums(const BFloat16* matrix, std::int64_t rows, std::int64_t columns, float* sums) = 0;

  virtual void cross_entropy(const CrossEntropy& pass) = 0;
};

}  // namespace agsweep
