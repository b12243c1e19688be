#include "base/utc_time.hpp"

#include <charconv>  // std::from_chars
#include <cmath>     // std::llround, std::pow
#include <cstdint>
#include <ctime>  // strptime, timegm

#include <fmt/chrono.h>

namespace agsweep {

std::optional<double> utc_seconds(const std::string& text) {
  std::tm parts{};
  const char* const rest = ::strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  if (rest == nullptr) return std::nullopt;
  double fraction = 0;
  if (*rest == '.') std::from_chars(rest, text.c_str() + text.size(), fraction);
  return static_cast<double>(::timegm(&parts)) + fraction;
}

std::string utc_text(double seconds, int digits) {
  const std::int64_t unit = std::llround(std::pow(10, digits)), all = std::llround(seconds * static_cast<double>(unit));
  const std::string whole = fmt::format("{:%FT%T}", fmt::gmtime(static_cast<std::time_t>(all / unit)));
  return digits == 0 ? fmt::format("{}Z", whole) : fmt::format("{}.{:0{}}Z", whole, all % unit, digits);
}

}  // namespace agsweep
