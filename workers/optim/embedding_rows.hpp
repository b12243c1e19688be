#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "workers/optim/adamw.hpp"
#include "workers/reduce/gradient.hpp"
#include "workers/thread_pool.hpp"

namespace agsweep {

/// An embedding and its moments, where AdamW moves every row in every step, but a step reads and changes few of them. A row's updates
/// without a gradient are put off until the row is read, and then made one after the other while it is in the cache: the bits of a pass
/// over all rows a step, without its memory traffic (a tenth of a step on two ranks that share a memory bus).
class EmbeddingRows {
 public:
  /// The buffers hold rows x width; they may be empty.
  EmbeddingRows(std::span<float> parameters, std::span<float> first_moment, std::span<float> second_moment, std::int64_t width);

  /// Makes up for what was put off, in the rows of these tokens.
  void catch_up(std::span<const std::int32_t> tokens, ThreadPool& pool);
  /// ... in all rows: before anybody else reads or writes the buffers.
  void catch_up_all(ThreadPool& pool);

  /// One step: the rows that have a gradient now, the others when they are read.
  void update(const AdamW& step, const RowSparse& gradient, ThreadPool& pool);

 private:
  void catch_up_row(std::int64_t row);
  void update_row(const AdamW& step, std::int64_t row, std::span<const float> gradient);
  std::int64_t rows() const { return static_cast<std::int64_t>(steps_done_.size()); }

  std::span<float> parameters_;
  std::span<float> first_moment_;
  std::span<float> second_moment_;
  std::int64_t width_;
  std::vector<AdamW> steps_;               // since all rows were last equally far
  std::vector<std::uint32_t> steps_done_;  // [rows], of steps_
};

}  // namespace agsweep
