#include "base/system.hpp"

#include <unistd.h>  // gethostname

#include <algorithm>  // std::max
#include <array>
#include <charconv>  // std::from_chars
#include <chrono>
#include <cmath>    // std::llround
#include <cstdlib>  // std::getenv
#include <cstring>  // std::strlen
#include <ctime>

#include <fmt/chrono.h>

namespace agsweep {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

std::int64_t environment_number(const char* name) {
  const char* const text = std::getenv(name);
  std::int64_t number = 0;
  if (text != nullptr) std::from_chars(text, text + std::strlen(text), number);
  return number;
}

std::string utc_now() { return fmt::format("{:%FT%TZ}", fmt::gmtime(std::time(nullptr))); }

double steady_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string duration_text(double seconds) {
  const std::int64_t whole = std::llround(std::max(0.0, seconds));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace agsweep
