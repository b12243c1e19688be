#include "workers/optim/embedding_rows.hpp"

#include <algorithm>  // std::sort, std::unique, std::fill

namespace agsweep {

namespace {

constexpr std::int64_t block_rows = 256;  // a task of one thread

/// Calls visit(index) for 0 .. count - 1, blocks side by side.
template <typename Visit>
void in_blocks(std::int64_t count, ThreadPool& pool, const Visit& visit) {
  pool.run((count + block_rows - 1) / block_rows, [&](std::int64_t block, int) {
    const std::int64_t end = std::min(count, (block + 1) * block_rows);
    for (std::int64_t index = block * block_rows; index < end; ++index) visit(index);
  });
}

}  // namespace

EmbeddingRows::EmbeddingRows(std::span<float> parameters, std::span<float> first_moment, std::span<float> second_moment, std::int64_t width)
    : parameters_(parameters),
      first_moment_(first_moment),
      second_moment_(second_moment),
      width_(width),
      steps_done_(parameters.empty() ? 0 : parameters.size() / static_cast<std::size_t>(width)) {}

void EmbeddingRows::update_row(const AdamW& step, std::int64_t row, std::span<const float> gradient) {
  const auto of_row = [&](std::span<float> buffer) {
    return buffer.subspan(static_cast<std::size_t>(row * width_), static_cast<std::size_t>(width_));
  };
  step.update(gradient, of_row(parameters_), of_row(first_moment_), of_row(second_moment_));
}

void EmbeddingRows::catch_up_row(std::int64_t row) {
  std::uint32_t& done = steps_done_[static_cast<std::size_t>(row)];
  while (done < steps_.size()) update_row(steps_[done++], row, {});
}

void EmbeddingRows::catch_up(std::span<const std::int32_t> tokens, ThreadPool& pool) {
  if (steps_.empty()) return;
  std::vector<std::int32_t> distinct(tokens.begin(), tokens.end());  // a row is one thread's
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  in_blocks(static_cast<std::int64_t>(distinct.size()), pool,
            [&](std::int64_t index) { catch_up_row(distinct[static_cast<std::size_t>(index)]); });
}

void EmbeddingRows::catch_up_all(ThreadPool& pool) {
  if (steps_.empty()) return;
  in_blocks(rows(), pool, [&](std::int64_t row) { catch_up_row(row); });
  steps_.clear();
  std::fill(steps_done_.begin(), steps_done_.end(), 0U);
}

void EmbeddingRows::update(const AdamW& step, const RowSparse& gradient, ThreadPool& pool) {
  if (rows() == 0) return;
  in_blocks(static_cast<std::int64_t>(gradient.rows.size()), pool, [&](std::int64_t index) {
    const std::int64_t row = gradient.rows[static_cast<std::size_t>(index)];
    catch_up_row(row);
    update_row(step, row, gradient.row(static_cast<std::size_t>(index)));
    ++steps_done_[static_cast<std::size_t>(row)];
  });
  steps_.push_back(step);
}

}  // namespace agsweep
