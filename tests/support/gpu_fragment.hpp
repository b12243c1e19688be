#pragma once

#include "tests/support/gpu_emulator.hpp"

/// CUDA's warp matrix functions for tiles of 16 x 16 x 16, bf16 to fp32. A lane holds 8 elements of a tile, which ones only this file
/// knows, and the lanes of a warp multiply together; loads and stores are each lane's own, so that a race on memory shows.
namespace nvcuda::wmma {

struct matrix_a {};
struct matrix_b {};
struct accumulator {};
struct row_major {};
struct col_major {};
enum layout_t { mem_row_major, mem_col_major };

namespace detail {

inline constexpr int tile = 16;
inline constexpr int lane_elements = tile * tile / 32;

struct Place {
  unsigned row, column;
};
/// The tile's place of a lane's element: scattered, as no kernel may count on it.
inline Place place_of(unsigned lane, int element) {
  const unsigned index = (lane + 32 * static_cast<unsigned>(element)) * 37 % (tile * tile);
  return {index / tile, index % tile};
}
inline float to_float(float value) { return value; }
inline float to_float(agsweep::BFloat16 value) { return __uint_as_float(unsigned{value.bits} << 16); }

struct Tile {
  float at[tile][tile];
};

/// The product of the tiles whose elements the lanes brought, a's before b's.
inline Tile multiply(const agsweep::gpu_emulator::Delivery& brought) {
  Tile a;
  Tile b;
  for (unsigned lane = 0; lane < 32; ++lane) {
    agsweep::BFloat16 held[2 * lane_elements];
    std::memcpy(held, brought.of_lane[lane].data(), sizeof(held));
    for (int i = 0; i < lane_elements; ++i) {
      const Place place = place_of(lane, i);
      a.at[place.row][place.column] = to_float(held[i]);
      b.at[place.row][place.column] = to_float(held[lane_elements + i]);
    }
  }
  Tile product{};
  for (int row = 0; row < tile; ++row) {
    for (int k = 0; k < tile; ++k) {
      for (int column = 0; column < tile; ++column) product.at[row][column] += a.at[row][k] * b.at[k][column];
    }
  }
  return product;
}

}  // namespace detail

template <typename Use, int M, int N, int K, typename T, typename Layout = void>
struct fragment {
  static_assert(M == 16 && N == 16 && K == 16);
  static constexpr int num_elements = detail::lane_elements;
  T x[num_elements];
};

template <typename Use, typename T, typename Layout, typename Value>
void fill_fragment(fragment<Use, 16, 16, 16, T, Layout>& f, const Value& value) {
  for (T& element : f.x) element = value;
}

namespace detail {

/// Visits this lane's elements with their index in memory.
template <typename T, typename Visit>
void each_element(const T* memory, unsigned leading, bool by_rows, const Visit& visit) {
  agsweep::gpu_emulator::require_aligned(memory, 32);
  if (leading * sizeof(T) % 16 != 0) throw agsweep::gpu_emulator::KernelFault("a tile's rows are not 16 bytes apart");
  for (int i = 0; i < lane_elements; ++i) {
    const Place place = place_of(agsweep::gpu_emulator::lane(), i);
    visit(i, by_rows ? place.row * leading + place.column : place.column * leading + place.row);
  }
}

}  // namespace detail

template <typename Use, typename T, typename Layout>
void load_matrix_sync(fragment<Use, 16, 16, 16, T, Layout>& f, const T* memory, unsigned leading) {
  detail::each_element(memory, leading, std::is_same_v<Layout, row_major>, [&](int i, unsigned index) { f.x[i] = memory[index]; });
}
template <typename T>
void load_matrix_sync(fragment<accumulator, 16, 16, 16, T>& f, const T* memory, unsigned leading, layout_t layout) {
  detail::each_element(memory, leading, layout == mem_row_major, [&](int i, unsigned index) { f.x[i] = memory[index]; });
}
template <typename T>
void store_matrix_sync(T* memory, const fragment<accumulator, 16, 16, 16, T>& f, unsigned leading, layout_t layout) {
  detail::each_element(memory, leading, layout == mem_row_major, [&](int i, unsigned index) { memory[index] = f.x[i]; });
}

template <typename A, typename B>
void mma_sync(fragment<accumulator, 16, 16, 16, float>& d, const fragment<matrix_a, 16, 16, 16, __nv_bfloat16, A>& a,
              const fragment<matrix_b, 16, 16, 16, __nv_bfloat16, B>& b, const fragment<accumulator, 16, 16, 16, float>& c,
              agsweep::gpu_emulator::Where where = agsweep::gpu_emulator::Where::current()) {
  std::byte held[sizeof(a.x) + sizeof(b.x)];
  std::memcpy(held, a.x, sizeof(a.x));
  std::memcpy(held + sizeof(a.x), b.x, sizeof(b.x));
  const auto& brought = agsweep::gpu_emulator::meet_warp(agsweep::gpu_emulator::WarpOperation::multiply, ~0U, held, sizeof(held), where);
  thread_local std::uint64_t computed = 0;  // once a warp, not once a lane
  thread_local detail::Tile product;
  if (computed != brought.number) product = detail::multiply(brought);
  computed = brought.number;
  for (int i = 0; i < detail::lane_elements; ++i) {
    const detail::Place place = detail::place_of(agsweep::gpu_emulator::lane(), i);
    d.x[i] = c.x[i] + product.at[place.row][place.column];
  }
}

}  // namespace nvcuda::wmma

namespace agsweep::gpu_emulator {

/// mma.m16n8k16 of bf16 with fp32 sums, in the layout of the PTX ISA: lane 4 * g + t.
inline void multiply_add(float (&sum)[4], const unsigned (&a)[4], const unsigned (&b)[2], Where where = Where::current()) {
  unsigned held[6];
  std::memcpy(held, a, sizeof(a));
  std::memcpy(held + 4, b, sizeof(b));
  const auto& brought = meet_warp(WarpOperation::multiply, ~0U, held, sizeof(held), where);
  const auto element = [&](unsigned lane, unsigned word, unsigned half) {
    unsigned bits = 0;
    std::memcpy(&bits, brought.of_lane[lane].data() + sizeof(bits) * word, sizeof(bits));
    return __uint_as_float(half == 0 ? bits << 16 : bits & 0xFFFF0000U);
  };
  for (unsigned i = 0; i < 4; ++i) {
    const unsigned row = lane() / 4 + 8 * (i / 2);
    const unsigned column = lane() % 4 * 2 + i % 2;
    for (unsigned k = 0; k < 16; ++k) {
      const unsigned member = k % 8 / 2;
      sum[i] += element(row % 8 * 4 + member, row / 8 + 2 * (k / 8), k % 2) * element(column * 4 + member, 4 + k / 8, k % 2);
    }
  }
}

}  // namespace agsweep::gpu_emulator
