#pragma once

#include <cstddef>

namespace agsweep {

/// Memory of a device that its kernels use from one launch of a call to the next.
class ScratchMemory {
 public:
  virtual ~ScratchMemory() = default;

  /// At least so many bytes, aligned to 256; what they hold is not kept from one call to the next. Memory that was given before stays
  /// valid, though it may be the same: launches that are under way, or captured in a graph, still use it.
  virtual void* grow(std::size_t bytes) = 0;
};

}  // namespace agsweep
