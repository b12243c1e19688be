#pragma once

#include <ATen/ATen.h>

#include "workers/device/workspace.hpp"

namespace agsweep {

/// y = x weight^T + bias, all of one type: the large products of a layer.
/// @param x       [rows, in]
/// @param weight  [out, in]; may be the transposed view of an [in, out] matrix
/// @param bias    [out]; undefined: none
/// @param y       [rows, out], written
void product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::Tensor& y);

/// to = left right * scale, a weight's gradient; or to += that.
/// @param left   [m, k]
/// @param right  [k, n], of the same type
/// @param to     [m, n] fp32
void weight_gradient(const at::Tensor& left, const at::Tensor& right, float scale, bool adds, at::Tensor to, Workspace& workspace);

}  // namespace agsweep
