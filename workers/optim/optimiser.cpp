#include "workers/optim/optimiser.hpp"

#include <algorithm>  // std::lower_bound, std::min
#include <cmath>      // std::sqrt
#include <vector>

#include "workers/optim/squared_norm.hpp"

namespace agsweep {

namespace {

constexpr std::int64_t block_floats = 65536;
constexpr std::int64_t block_rows = 512;

std::int64_t blocks_in(std::int64_t count, std::int64_t block) { return (count + block - 1) / block; }

template <typename T>
std::span<T> part(std::span<T> values, std::int64_t first, std::int64_t last) {
  return values.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
}

/// Rows [first, last) of the embedding: those between two touched ones in one go.
void update_rows(const AdamW& adamw, const RowSparse& gradient, const FlatBuffers& buffers, std::int64_t first, std::int64_t last) {
  const auto update_range = [&](std::int64_t begin, std::int64_t end, std::span<const float> row) {
    if (begin == end) return;
    const std::int64_t width = gradient.width;
    adamw.update(row, part(buffers.parameters, begin * width, end * width), part(buffers.first_moment, begin * width, end * width),
                 part(buffers.second_moment, begin * width, end * width));
  };
  auto touched = std::lower_bound(gradient.rows.begin(), gradient.rows.end(), first);
  std::int64_t next = first;
  for (; touched != gradient.rows.end() && *touched < last; ++touched) {
    update_range(next, *touched, {});
    update_range(*touched, *touched + 1, gradient.row(static_cast<std::size_t>(touched - gradient.rows.begin())));
    next = *touched + 1;
  }
  update_range(next, last, {});
}

}  // namespace

double gradient_norm(const Gradient& gradient, ThreadPool& pool) {
  const std::span<const float> sparse(gradient.embedding.values);
  const std::span<const float> dense(gradient.dense);
  const auto sparse_blocks = blocks_in(static_cast<std::int64_t>(sparse.size()), block_floats);
  const auto dense_blocks = blocks_in(static_cast<std::int64_t>(dense.size()), block_floats);
  std::vector<double> sums(static_cast<std::size_t>(sparse_blocks + dense_blocks));
  pool.run(sparse_blocks + dense_blocks, [&](std::int64_t block, int) {
    const std::span<const float> values = block < sparse_blocks ? sparse : dense;
    const std::int64_t first = (block < sparse_blocks ? block : block - sparse_blocks) * block_floats;
    sums[static_cast<std::size_t>(block)] =
        squared_norm(part(values, first, std::min(first + block_floats, static_cast<std::int64_t>(values.size()))));
  });
  double sum = 0;
  for (const double block : sums) sum += block;
  return std::sqrt(sum);
}

double clip_factor(double norm, double max_norm) {
  constexpr double epsilon = 1e-6;  // torch's
  return max_norm > 0 ? std::min(1.0, max_norm / (norm + epsilon)) : 1.0;
}

void update(const AdamWStep& step, const Gradient& gradient, const FlatBuffers& buffers, ThreadPool& pool,
            const std::function<void(std::int64_t, std::int64_t)>& dense_updated) {
  const AdamW adamw(step);
  const std::int64_t rows = buffers.embedding_size / gradient.embedding.width;
  const auto dense_size = static_cast<std::int64_t>(gradient.dense.size());
  const std::int64_t row_blocks = blocks_in(rows, block_rows);
  pool.run(row_blocks + blocks_in(dense_size, block_floats), [&](std::int64_t block, int) {
    if (block < row_blocks) {
      update_rows(adamw, gradient.embedding, buffers, block * block_rows, std::min((block + 1) * block_rows, rows));
      return;
    }
    const std::int64_t first = (block - row_blocks) * block_floats;
    const std::int64_t last = std::min(first + block_floats, dense_size);
    const std::int64_t begin = buffers.dense_begin + first;
    const std::int64_t end = buffers.dense_begin + last;
    adamw.update(part(std::span<const float>(gradient.dense), first, last), part(buffers.parameters, begin, end),
                 part(buffers.first_moment, begin, end), part(buffers.second_moment, begin, end));
    if (dense_updated) dense_updated(first, last);
  });
}

}  // namespace agsweep
