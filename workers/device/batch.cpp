#include "workers/device/batch.hpp"

#include <algorithm>  // std::max, std::copy, std::fill
#include <numeric>    // std::iota

#include "workers/device/tensor_at.hpp"

namespace agsweep {

namespace {

/// Where the parts of a batch begin, in bytes; each on a 64-byte boundary.
struct Parts {
  std::size_t tokens, offsets, row_offsets, labels, last_tokens, places, place_begins, listed, end;
};

Parts parts_of(const BatchShape& shape) {
  std::size_t next = 0;
  const auto take = [&next](std::int64_t count, std::size_t element) {
    const std::size_t begin = next;
    next += aligned(static_cast<std::size_t>(count) * element);
    return begin;
  };
  const bool listed = shape.listed > 0;
  Parts parts{};
  parts.tokens = take(shape.tokens, 4);
  parts.offsets = take(shape.rows + 1, 4);
  parts.row_offsets = take(shape.rows + 1, 4);
  parts.labels = take(shape.rows, 4);
  parts.last_tokens = take(shape.rows, 8);
  parts.places = take(listed ? shape.tokens : 0, 4);
  parts.place_begins = take(listed ? shape.listed + 1 : 0, 4);
  parts.listed = take(shape.listed, 4);
  parts.end = next;
  return parts;
}

template <typename T>
std::span<T> span_at(std::byte* memory, std::int64_t count) {
  return {reinterpret_cast<T*>(memory), static_cast<std::size_t>(count)};
}

/// A counting sort by token, which keeps the places of one token in order.
void write_places(std::span<const std::int32_t> tokens, std::span<const std::int32_t> listed, std::span<std::int32_t> places,
                  std::span<std::int32_t> begins) {
  std::vector<std::int32_t> next(static_cast<std::size_t>(listed.empty() ? 0 : listed.back() + 2));
  for (const std::int32_t token : tokens) ++next[static_cast<std::size_t>(token) + 1];
  std::int32_t sum = 0;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const auto token = static_cast<std::size_t>(listed[i]);
    begins[i] = sum;
    sum += next[token + 1];
  }
  std::fill(begins.begin() + static_cast<std::ptrdiff_t>(listed.size()), begins.end(), sum);
  for (std::size_t i = 0; i < listed.size(); ++i) next[static_cast<std::size_t>(listed[i])] = begins[i];
  for (std::size_t place = 0; place < tokens.size(); ++place) {
    places[static_cast<std::size_t>(next[static_cast<std::size_t>(tokens[place])]++)] = static_cast<std::int32_t>(place);
  }
}

}  // namespace

Sequences Batch::sequences() const { return {.offsets = ints(offsets), .rows = shape.tokens, .longest = shape.longest}; }
Sequences Batch::last_only() const { return {.offsets = ints(row_offsets), .rows = padded_rows(shape.rows), .longest = 1}; }
TokenPlaces Batch::token_places() const { return {.places = ints(places), .begins = ints(place_begins)}; }

BatchShape shape_of(const PackedBatch& batch, std::size_t listed) {
  std::int64_t longest = 0;
  for (std::size_t row = 0; row + 1 < batch.offsets.size(); ++row) {
    longest = std::max<std::int64_t>(longest, batch.offsets[row + 1] - batch.offsets[row]);
  }
  return {
      .rows = batch.rows(), .tokens = padded_rows(batch.token_count()), .longest = longest, .listed = static_cast<std::int64_t>(listed)};
}

std::size_t batch_bytes(const BatchShape& shape) { return parts_of(shape).end; }

void write_batch(const PackedBatch& batch, std::span<const std::int32_t> listed, const BatchShape& shape, std::byte* memory) {
  const Parts parts = parts_of(shape);
  const auto tokens = span_at<std::int32_t>(memory + parts.tokens, shape.tokens);
  std::fill(std::copy(batch.tokens.begin(), batch.tokens.end(), tokens.begin()), tokens.end(), 0);
  std::copy(batch.offsets.begin(), batch.offsets.end(), span_at<std::int32_t>(memory + parts.offsets, shape.rows + 1).begin());
  const auto row_offsets = span_at<std::int32_t>(memory + parts.row_offsets, shape.rows + 1);
  std::iota(row_offsets.begin(), row_offsets.end(), 0);
  std::copy(batch.labels.begin(), batch.labels.end(), span_at<std::int32_t>(memory + parts.labels, shape.rows).begin());
  const auto last_tokens = span_at<std::int64_t>(memory + parts.last_tokens, shape.rows);
  for (std::size_t row = 0; row < last_tokens.size(); ++row) last_tokens[row] = batch.offsets[row + 1] - 1;
  if (shape.listed == 0) return;
  write_places(batch.tokens, listed, span_at<std::int32_t>(memory + parts.places, shape.tokens),
               span_at<std::int32_t>(memory + parts.place_begins, shape.listed + 1));
  const auto list = span_at<std::int32_t>(memory + parts.listed, shape.listed);
  std::fill(std::copy(listed.begin(), listed.end(), list.begin()), list.end(), -1);
}

Batch batch_at(std::byte* memory, const BatchShape& shape, c10::Device device) {
  const Parts parts = parts_of(shape);
  const auto ints_at = [&](std::size_t begin, std::int64_t count) { return tensor_at(memory + begin, {count}, at::kInt, device); };
  Batch batch{.shape = shape,
              .tokens = ints_at(parts.tokens, shape.tokens),
              .offsets = ints_at(parts.offsets, shape.rows + 1),
              .row_offsets = ints_at(parts.row_offsets, shape.rows + 1),
              .labels = ints_at(parts.labels, shape.rows),
              .last_tokens = tensor_at(memory + parts.last_tokens, {shape.rows}, at::kLong, device),
              .places = {},
              .place_begins = {},
              .listed = {}};
  if (shape.listed > 0) {
    batch.places = ints_at(parts.places, shape.tokens);
    batch.place_begins = ints_at(parts.place_begins, shape.listed + 1);
    batch.listed = ints_at(parts.listed, shape.listed);
  }
  return batch;
}

std::vector<std::int32_t> distinct_tokens(std::span<const std::int32_t> tokens) {
  std::vector<bool> there;
  for (const std::int32_t token : tokens) {
    if (static_cast<std::size_t>(token) >= there.size()) there.resize(static_cast<std::size_t>(token) + 1);
    there[static_cast<std::size_t>(token)] = true;
  }
  std::vector<std::int32_t> distinct;
  for (std::size_t token = 0; token < there.size(); ++token) {
    if (there[token]) distinct.push_back(static_cast<std::int32_t>(token));
  }
  return distinct;
}

}  // namespace agsweep
