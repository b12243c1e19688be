#include "base/system.hpp"

#include <sys/resource.h>  // getrlimit
#include <unistd.h>        // gethostname

#include <algorithm>  // std::max
#include <array>
#include <cerrno>
#include <charconv>  // std::from_chars
#include <chrono>
#include <cmath>  // std::llround
#include <cstdint>
#include <cstdio>   // std::fputs
#include <cstdlib>  // std::getenv
#include <cstring>  // std::strlen
#include <ctime>
#include <system_error>

#include <fmt/format.h>

#include "base/utc_time.hpp"

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

std::string error_text(int error) {
  std::string text = std::generic_category().message(error);
  if (error == ENFILE) return text + " (of all processes together: /proc/sys/fs/file-max)";
  rlimit limit{};
  if (error != EMFILE || ::getrlimit(RLIMIT_NOFILE, &limit) != 0) return text;
  return fmt::format("{} (ulimit -n: {})", text, limit.rlim_cur);
}

void say(std::string_view line) { std::fputs(fmt::format("{}\n", line).c_str(), stderr); }

std::string utc_now() { return utc_after(0); }

std::string utc_after(double seconds) { return utc_text(static_cast<double>(std::time(nullptr)) + seconds); }

std::string utc_now_ms() {
  using namespace std::chrono;
  return utc_text(duration<double>(floor<milliseconds>(system_clock::now().time_since_epoch())).count(), 3);
}

double steady_seconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

std::string duration_text(double seconds) {
  const std::int64_t whole = std::llround(std::max(0.0, seconds));
  if (whole >= 3600) return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
  return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

}  // namespace agsweep
