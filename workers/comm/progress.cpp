#include "workers/comm/progress.hpp"

#include <fmt/format.h>

namespace agsweep {

std::string describe(std::string_view phase, std::int64_t number) {
  return number < 0 ? std::string(phase) : fmt::format("{} {}", phase, number);
}

}  // namespace agsweep
