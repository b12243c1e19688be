#pragma once

#include <ATen/ATen.h>

namespace agsweep {

/// y = x weight^T + bias, all of one type: the large products of a layer.
/// @param x       [rows, in]
/// @param weight  [out, in]; may be the transposed view of an [in, out] matrix
/// @param bias    [out]; undefined: none
/// @param y       [rows, out], written
void product(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias, at::Tensor& y);

}  // namespace agsweep
