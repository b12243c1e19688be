#pragma once

#include <cstdint>

#include "workers/kernels/dropout.hpp"
#include "workers/kernels/element.hpp"  // BFloat16

namespace agsweep {

/// The passes of a low-rank adapter (LoRA, Hu et al. 2022) over the wide side of its layer, each in one pass over that matrix. The mask
/// is drop_rows's; what it leaves of x is rounded to bf16 before it is multiplied, as drop_rows writes it. Sums are fp32.

/// low = scale * dropout(x) A^T
struct AdapterForward {
  std::int64_t rows;
  std::int64_t width;  // the layer's inputs
  std::int64_t rank;
  float scale;
  Dropout dropout;
  const BFloat16* x;  // [rows, width]
  const BFloat16* a;  // [rank, width]
  BFloat16* low;      // [rows, rank], written; rounded once
};

/// d_a = d_low^T dropout(x), or += that. d_low holds the adapter's scale already.
struct AdapterWeightGradient {
  std::int64_t rows;
  std::int64_t width;
  std::int64_t rank;
  Dropout dropout;        // the forward pass's
  const BFloat16* x;      // [rows, width]
  const BFloat16* d_low;  // [rows, rank]
  bool adds;              // to what d_a holds
  float* d_a;             // [rank, width]
};

/// d_x += the mask's factors * (d_low A). The product is not rounded before it is added: the sum is, once.
struct AdapterInputGradient {
  std::int64_t rows;
  std::int64_t width;
  std::int64_t rank;
  Dropout dropout;        // the forward pass's
  const BFloat16* d_low;  // [rows, rank]
  const BFloat16* a;      // [rank, width]
  BFloat16* d_x;          // [rows, width]
};

}  // namespace agsweep
