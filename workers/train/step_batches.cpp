#include "workers/train/step_batches.hpp"

#include <iterator>  // std::ssize

namespace agsweep {

namespace {

constexpr std::int64_t token_block = 512;

/// The distinct tokens of some rows, ascending.
std::vector<std::int32_t> tokens_of(const Split& split, std::span<const std::uint32_t> rows) {
  std::vector<bool> there(vocabulary_size);
  for (const std::uint32_t row : rows) {
    for (const std::uint16_t token : split.row(row)) there[token] = true;
  }
  std::vector<std::int32_t> tokens;
  for (std::size_t token = 0; token < there.size(); ++token) {
    if (there[token]) tokens.push_back(static_cast<std::int32_t>(token));
  }
  return tokens;
}

}  // namespace

StepBatches::StepBatches(ShardRange own, std::int64_t shards, bool lists_tokens)
    : own_(own), shards_(shards), lists_tokens_(lists_tokens), batches_(static_cast<std::size_t>(own.size())) {}

StepShape StepBatches::pack(const Split& split, std::span<const std::uint32_t> rows) {
  StepShape shape{.shards = {}, .batch_rows = std::ssize(rows)};
  if (lists_tokens_) listed_ = tokens_of(split, rows);
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    batches_[i] = agsweep::pack(split, shard_rows(rows, own_.first + static_cast<std::int64_t>(i), shards_));
    BatchShape own = shape_of(batches_[i], listed_.size());
    own.tokens = round_up(own.tokens, token_block);
    own.longest = round_up(own.longest, dropout_block);
    own.listed = round_up(own.listed, token_block);
    shape.shards.push_back(own);
  }
  return shape;
}

}  // namespace agsweep
