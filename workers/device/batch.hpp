#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/ATen.h>

#include "data/batch.hpp"
#include "workers/device/workspace.hpp"
#include "workers/kernels/embedding.hpp"  // TokenPlaces
#include "workers/kernels/sequences.hpp"

namespace agsweep {

/// The sizes of a batch in a device's memory. A captured graph serves every batch of its sizes.
struct BatchShape {
  std::int64_t rows = 0;
  std::int64_t tokens = 0;   // rows of the activations, at least the batch's tokens
  std::int64_t longest = 0;  // at least the longest row's tokens
  std::int64_t listed = 0;   // tokens whose embedding's gradient is wanted, at least those of the list; 0: none

  auto operator<=>(const BatchShape&) const = default;
};

/// A packed batch where a model reads it.
struct Batch {
  BatchShape shape;
  at::Tensor tokens;        // [shape.tokens] int32; zeros behind the batch's
  at::Tensor offsets;       // [rows + 1] int32
  at::Tensor row_offsets;   // [rows + 1] int32: 0 .. rows, the offsets of matrices with one row a sequence
  at::Tensor labels;        // [rows] int32
  at::Tensor last_tokens;   // [rows] int64, each row's last token
  at::Tensor places;        // [shape.tokens] int32, of the listed tokens, as TokenPlaces has them
  at::Tensor place_begins;  // [listed + 1] int32
  at::Tensor listed;        // [listed] int32, the tokens themselves; -1 behind the list

  Sequences sequences() const;  // of all tokens
  Sequences last_only() const;  // one row a sequence, padded_rows(rows) of them
  TokenPlaces token_places() const;
};

/// Rows of an activation matrix for `count` tokens: whole blocks, so that few different GEMM shapes occur (oneDNN compiles a kernel for
/// each). The rows behind the tokens hold zeros wherever a weight's gradient reads them.
constexpr std::int64_t padded_rows(std::int64_t count) { return round_up(count, 32); }

/// The batch's own sizes.
/// @param listed  how many tokens are listed
BatchShape shape_of(const PackedBatch& batch, std::size_t listed = 0);

/// Bytes of a batch of these sizes, which stands in one piece.
std::size_t batch_bytes(const BatchShape& shape);
/// Writes a batch to host memory, [batch_bytes()].
/// @param listed  ascending, distinct tokens, all of the batch's among them; empty: none
void write_batch(const PackedBatch& batch, std::span<const std::int32_t> listed, const BatchShape& shape, std::byte* memory);
/// The views of a batch that stands in a device's memory.
Batch batch_at(std::byte* memory, const BatchShape& shape, c10::Device device);

/// The distinct tokens of a batch, ascending.
std::vector<std::int32_t> distinct_tokens(std::span<const std::int32_t> tokens);

}  // namespace agsweep
