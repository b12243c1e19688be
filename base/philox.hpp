#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>  // std::swap

namespace agsweep {

/// Philox4x32-10, the counter-based generator of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
///
/// A pure function of key and counter: nothing random is stateful, so a checkpoint holds counters alone.
using PhiloxBlock = std::array<std::uint32_t, 4>;

constexpr PhiloxBlock philox(std::uint64_t key, PhiloxBlock counter) {
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * counter[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * counter[2];
    counter = {static_cast<std::uint32_t>(p1 >> 32) ^ counter[1] ^ k0, static_cast<std::uint32_t>(p1),
               static_cast<std::uint32_t>(p0 >> 32) ^ counter[3] ^ k1, static_cast<std::uint32_t>(p0)};
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  return counter;
}

/// A sequence of numbers from one stream of a seed, for code that wants "the next one".
class PhiloxStream {
 public:
  /// Streams of one seed with different numbers never overlap.
  PhiloxStream(std::uint64_t seed, std::uint64_t stream) : seed_(seed), stream_(stream) {}

  std::uint32_t next_u32() {
    const auto lane = static_cast<std::size_t>(drawn_ % 4);
    if (lane == 0) {
      const std::uint64_t block = drawn_ / 4;
      block_ = philox(seed_, {static_cast<std::uint32_t>(block), static_cast<std::uint32_t>(block >> 32),
                              static_cast<std::uint32_t>(stream_), static_cast<std::uint32_t>(stream_ >> 32)});
    }
    ++drawn_;
    return block_[lane];
  }

  /// Uniform in [0, bound), without the bias of a plain remainder (Lemire 2019, "Fast random integer generation in an interval").
  std::uint32_t below(std::uint32_t bound) {
    std::uint64_t product = std::uint64_t{next_u32()} * bound;
    if (static_cast<std::uint32_t>(product) < bound) {
      const std::uint32_t threshold = (0U - bound) % bound;
      while (static_cast<std::uint32_t>(product) < threshold) product = std::uint64_t{next_u32()} * bound;
    }
    return static_cast<std::uint32_t>(product >> 32);
  }

  /// Uniform in [0, 1), 24 bits.
  double next_unit() { return (next_u32() >> 8) * 0x1.0p-24; }

 private:
  std::uint64_t seed_;
  std::uint64_t stream_;
  std::uint64_t drawn_ = 0;
  PhiloxBlock block_{};
};

/// A uniform permutation in place (Fisher-Yates, from the last item to the first), for fewer than 2^32 items.
template <typename T>
void shuffle(std::span<T> items, PhiloxStream& stream) {
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[stream.below(static_cast<std::uint32_t>(left))]);
  }
}

}  // namespace agsweep
