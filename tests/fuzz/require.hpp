#pragma once

namespace agsweep {

/// A rule that must hold of all that a parser lets through.
inline void require(bool holds) {
  if (!holds) __builtin_trap();
}

}  // namespace agsweep
