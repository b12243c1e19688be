#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/corpus.hpp"

namespace agsweep {

struct TrainAndVal {
  std::vector<std::uint32_t> train;  // indices into the labels, ascending
  std::vector<std::uint32_t> val;    // the others, ascending
};

/// Takes round(fraction * n) of each class's n rows (halves up) for validation, chosen by Philox from the seed.
/// @param labels    [rows], 0 .. class_count - 1
/// @param fraction  0 .. 1
TrainAndVal stratified_split(std::span<const std::uint8_t> labels, std::size_t class_count, double fraction, std::uint64_t seed);

/// The rows that --train-limit and --val-limit keep, ascending: a stratified sample by the corpus's seed, nested (1,000 lies in 2,000).
/// Each class is put in a random order, then all rows in one order by (place in the class + 1/2) / (rows of the class), and
/// the first `limit` are kept: every class gets its rounded proportion (Webster's method).
/// limit 0 or at least the split's rows: all of them.
/// @param draw  train_limit or val_limit
std::vector<std::uint32_t> limited_rows(const Split& split, std::size_t class_count, std::uint64_t corpus_seed, CorpusDraw draw,
                                        std::int64_t limit);

}  // namespace agsweep
