#pragma once

#include <cstdint>

#include "base/error.hpp"

namespace agsweep {

/// Each epoch of a trial is reported once and in order; anything else comes from a journal that does not fit.
/// @param last    the last epoch that the trial reported; 0: none
/// @param epochs  the length of its schedule
/// @throws DataError
inline void check_next_epoch(std::int64_t trial, std::int64_t last, std::int64_t epoch, std::int64_t epochs) {
  if (epoch != last + 1) throw DataError("trial {}: reported epoch {} after epoch {}", trial, epoch, last);
  if (epoch > epochs) throw DataError("trial {}: reported epoch {}, but its schedule has {}", trial, epoch, epochs);
}

}  // namespace agsweep
