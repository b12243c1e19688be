#include "data/batch.hpp"

#include "base/philox.hpp"  // shuffle

namespace agsweep {

std::vector<std::uint32_t> epoch_order(std::span<const std::uint32_t> rows, std::uint64_t seed, std::int64_t epoch) {
  std::vector<std::uint32_t> order(rows.begin(), rows.end());
  PhiloxStream stream(seed, static_cast<std::uint64_t>(epoch));
  shuffle(std::span(order), stream);
  return order;
}

std::span<const std::uint32_t> shard_rows(std::span<const std::uint32_t> batch, std::int64_t shard, std::int64_t shards) {
  const auto bound = [&](std::int64_t index) { return static_cast<std::size_t>(index) * batch.size() / static_cast<std::size_t>(shards); };
  return batch.subspan(bound(shard), bound(shard + 1) - bound(shard));
}

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
