#include "base/utc_time.hpp"

#include <ctime>

#include <fmt/chrono.h>

namespace agsweep {

std::string utc_now() { return fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr))); }

}  // namespace agsweep
