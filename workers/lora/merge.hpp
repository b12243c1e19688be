#pragma once

#include <cstdint>
#include <span>

namespace agsweep {

/// Adds an adapter to the weights that it adapts: weight += scale * (B A)^T, in fp32. The order of each sum depends on rank alone.
/// @param weight  [in, out], as GPT-2's Conv1D has it
/// @param a       [rank, in]
/// @param b       [out, rank]
void merge_adapter(std::span<float> weight, std::span<const float> a, std::span<const float> b, std::int64_t rank, double scale);

}  // namespace agsweep
