#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace agsweep {

struct TrainAndVal {
  std::vector<std::uint32_t> train;  // indices into the labels, ascending
  std::vector<std::uint32_t> val;    // the others, ascending
};

/// Takes round(fraction * n) of each class's n rows (halves up) for validation, chosen by Philox from the seed.
/// @param labels    [rows], 0 .. class_count - 1
/// @param fraction  0 .. 1
TrainAndVal stratified_split(std::span<const std::uint8_t> labels, std::size_t class_count, double fraction, std::uint64_t seed);

/// For each class its rows, ascending: indices into the labels.
std::vector<std::vector<std::uint32_t>> rows_by_class(std::span<const std::uint8_t> labels, std::size_t class_count);

}  // namespace agsweep
