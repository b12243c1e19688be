#include "data/batch.hpp"

namespace agsweep {

PackedBatch pack(const Split& split, std::span<const std::uint32_t> rows) {
  PackedBatch batch;
  batch.offsets.reserve(rows.size() + 1);
  batch.labels.reserve(rows.size());
  batch.offsets.push_back(0);
  for (const std::uint32_t row : rows) {
    const auto tokens = split.row(row);
    batch.tokens.insert(batch.tokens.end(), tokens.begin(), tokens.end());
    batch.offsets.push_back(static_cast<std::int32_t>(batch.tokens.size()));
    batch.labels.push_back(split.labels[row]);
  }
  return batch;
}

}  // namespace agsweep
