#pragma once

#include <cstddef>
#include <cstdint>
#include <new>  // std::align_val_t
#include <span>
#include <vector>

namespace agsweep {

/// 64-byte aligned memory: a cache line, and the widest vector register. A GEMM's last bits can change with alignment.
template <typename T>
struct AlignedAllocator {
  using value_type = T;
  static constexpr std::align_val_t alignment{64};

  AlignedAllocator() = default;
  template <typename U>
  explicit AlignedAllocator(const AlignedAllocator<U>& /*other*/) {}

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), alignment)); }
  void deallocate(T* memory, std::size_t /*count*/) { ::operator delete(memory, alignment); }
  bool operator==(const AlignedAllocator&) const { return true; }
};

template <typename T>
using AlignedVector = std::vector<T, AlignedAllocator<T>>;

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

/// into += other.
void add(Gradient& into, const Gradient& other);

}  // namespace agsweep
