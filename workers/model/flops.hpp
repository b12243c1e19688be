#pragma once

#include <cstdint>

#include "workers/model/network.hpp"

namespace agsweep {

/// What a training goes through, summed over its rows.
struct RowTotals {
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  std::int64_t pairs = 0;  // of a token and one that it attends to: itself and each before it

  void add(std::int64_t row_tokens) {
    ++rows;
    tokens += row_tokens;
    pairs += row_tokens * (row_tokens + 1) / 2;
  }
};

/// Model FLOPs of one pass forward and backward over such rows: what the model asks for, however it is computed.
///
/// A trained weight takes 6 a token: a multiplication and an addition forward, for the input's gradient and for its own (Kaplan et al.
/// 2020, 2.1). A frozen one has no gradient of its own and takes 4; 2 where nothing before it is trained. Attention's products are counted
/// as in PaLM's appendix B (Chowdhery et al. 2022), over the pairs that a causal mask leaves. The last block asks, and goes on, for one
/// token a row. What is no matrix product, and what is computed twice, does not count.
double training_flops(const Network& network, const RowTotals& totals);

}  // namespace agsweep
