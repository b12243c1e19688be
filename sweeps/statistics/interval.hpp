#pragma once

namespace agsweep {

/// Both ends belong to it.
struct Interval {
  double low = 0;
  double high = 0;

  bool contains(double value) const { return low <= value && value <= high; }
};

}  // namespace agsweep
