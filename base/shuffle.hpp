#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>  // std::swap

#include "base/philox.hpp"  // PhiloxStream

namespace agsweep {

/// A uniform permutation in place (Fisher-Yates, from the last item to the first), for fewer than 2^32 items.
template <typename T>
void shuffle(std::span<T> items, PhiloxStream& stream) {
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[stream.below(static_cast<std::uint32_t>(left))]);
  }
}

}  // namespace agsweep
