#pragma once

#include <ATen/ATen.h>

#include "workers/device/workspace.hpp"
#include "workers/kernels/attention.hpp"

namespace agsweep {

/// What the backward pass needs of one attention layer; q, k and v may be columns of one matrix.
struct AttentionTape {
  AttentionShape shape;
  at::Tensor q;      // [queries, width]
  at::Tensor k;      // [keys, width]
  at::Tensor v;      // [keys, width]
  at::Tensor out;    // [queries, width]
  at::Tensor saved;  // [attention_saved_size()] fp32
};

AttentionTape attention_forward(const AttentionShape& shape, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                Workspace& workspace);

/// Writes the gradients of q, k and v, which have their shapes and may be columns of one matrix.
void attention_backward(const AttentionTape& tape, const at::Tensor& d_out, const at::Tensor& d_q, const at::Tensor& d_k,
                        const at::Tensor& d_v, Workspace& workspace);

}  // namespace agsweep
