#include "workers/lora/target_pattern.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <array>
#include <memory>

#include "base/error.hpp"

namespace agsweep {

namespace {

constexpr std::uint32_t most_steps = 100'000;  // a nested repetition may need a number exponential in the name's length

template <auto Free>
struct FreedBy {
  template <typename T>
  void operator()(T* handle) const {
    Free(handle);
  }
};
using Code = std::unique_ptr<pcre2_code, FreedBy<&pcre2_code_free>>;
using MatchData = std::unique_ptr<pcre2_match_data, FreedBy<&pcre2_match_data_free>>;
using MatchContext = std::unique_ptr<pcre2_match_context, FreedBy<&pcre2_match_context_free>>;

PCRE2_SPTR text_of(const std::string& text) { return reinterpret_cast<PCRE2_SPTR>(text.data()); }

[[noreturn]] void fail(const std::string& pattern, int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  throw DataError("target_modules: the regular expression {:.100}: {}", pattern, reinterpret_cast<const char*>(text.data()));
}

Code compiled(const std::string& pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  Code code(pcre2_compile(text_of(pattern), pattern.size(), PCRE2_UTF | PCRE2_ANCHORED | PCRE2_ENDANCHORED, &error, &offset, nullptr));
  if (!code) fail(pattern, error);
  return code;
}

}  // namespace

std::vector<std::string> matching_modules(const std::string& pattern, const std::vector<std::string>& modules) {
  const Code code = compiled(pattern);
  const MatchData match(pcre2_match_data_create_from_pattern(code.get(), nullptr));
  const MatchContext limits(pcre2_match_context_create(nullptr));
  if (!match || !limits) throw RunTimeError("PCRE2: out of memory");
  pcre2_set_match_limit(limits.get(), most_steps);

  std::vector<std::string> matching;
  for (const std::string& module : modules) {
    const int result = pcre2_match(code.get(), text_of(module), module.size(), 0, 0, match.get(), limits.get());
    if (result >= 0) matching.push_back(module);
    if (result < 0 && result != PCRE2_ERROR_NOMATCH) fail(pattern, result);
  }
  return matching;
}

}  // namespace agsweep
