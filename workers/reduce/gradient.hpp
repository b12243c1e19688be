#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workers/reduce/aligned.hpp"

namespace agsweep {

/// A gradient of which few rows are not zero: an embedding's, where a batch touches under 5 % of 50,257 rows.
struct RowSparse {
  std::int64_t width = 0;
  std::vector<std::int32_t> rows;  // ascending, distinct
  std::vector<float> values;       // [rows, width]

  void clear(std::int64_t new_width) {
    width = new_width;
    rows.clear();
    values.clear();
  }
  void append_zero_row(std::int32_t row) {
    rows.push_back(row);
    values.resize(values.size() + static_cast<std::size_t>(width));
  }
  float* last_row() { return values.data() + values.size() - width; }
  std::span<const float> row(std::size_t index) const {
    return std::span(values).subspan(index * static_cast<std::size_t>(width), static_cast<std::size_t>(width));
  }
};

/// What one shard, or a sum of shards, contributes to a step.
struct Gradient {
  RowSparse embedding;
  AlignedVector<float> dense;           // all other trained parameters, in the order of their flat buffer
  double loss = 0;                      // sum over the rows / rows of the global batch
  std::vector<std::int64_t> confusion;  // [classes * classes], true x predicted
};

}  // namespace agsweep
