#include "workers/optim/optimiser.hpp"

#include <algorithm>  // std::min
#include <cmath>      // std::sqrt
#include <vector>

#include "workers/optim/squared_norm.hpp"

namespace agsweep {

namespace {

constexpr std::int64_t block_floats = 65536;

std::int64_t blocks_in(std::int64_t count, std::int64_t block) { return (count + block - 1) / block; }

template <typename T>
std::span<T> part(std::span<T> values, std::int64_t first, std::int64_t last) {
  return values.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first));
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

void update_dense(const AdamW& step, std::span<const float> gradient, const DenseBuffers& buffers, ThreadPool& pool,
                  const std::function<void(std::int64_t, std::int64_t)>& updated) {
  const auto size = static_cast<std::int64_t>(gradient.size());
  pool.run(blocks_in(size, block_floats), [&](std::int64_t block, int) {
    const std::int64_t first = block * block_floats;
    const std::int64_t last = std::min(first + block_floats, size);
    step.update(part(gradient, first, last), part(buffers.parameters, first, last), part(buffers.first_moment, first, last),
                part(buffers.second_moment, first, last));
    if (updated) updated(first, last);
  });
}

}  // namespace agsweep
