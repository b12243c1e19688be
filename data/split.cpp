#include "data/split.hpp"

#include <algorithm>  // std::sort
#include <cmath>      // std::llround

#include "base/philox.hpp"  // shuffle
#include "data/random_streams.hpp"

namespace agsweep {

std::vector<std::vector<std::uint32_t>> rows_by_class(std::span<const std::uint8_t> labels, std::size_t class_count) {
  std::vector<std::vector<std::uint32_t>> rows(class_count);
  for (std::size_t row = 0; row < labels.size(); ++row) rows.at(labels[row]).push_back(static_cast<std::uint32_t>(row));
  return rows;
}

TrainAndVal stratified_split(std::span<const std::uint8_t> labels, std::size_t class_count, double fraction, std::uint64_t seed) {
  TrainAndVal split;
  const auto classes = rows_by_class(labels, class_count);
  for (std::size_t label = 0; label < class_count; ++label) {
    auto rows = classes[label];
    PhiloxStream stream = corpus_stream(seed, CorpusDraw::validation, label);
    shuffle(std::span(rows), stream);
    const auto val_end = rows.begin() + std::llround(fraction * static_cast<double>(rows.size()));
    split.val.insert(split.val.end(), rows.begin(), val_end);
    split.train.insert(split.train.end(), val_end, rows.end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.val.begin(), split.val.end());
  return split;
}

}  // namespace agsweep
