#include "data/gpt2_pattern.hpp"

#include <array>
#include <string>

#include "base/error.hpp"

namespace agsweep {

namespace {

// The letters and numbers that Unicode 15, 15.1 and 16 added. PCRE2 10.42 (Debian 12, Ubuntu 24.04) knows Unicode 14, later
// releases know these themselves: with them the classes are the same everywhere.
constexpr const char* later_letters =
    R"(\x{1C89}\x{1C8A}\x{A7CB}-\x{A7CD}\x{A7DA}-\x{A7DC}\x{105C0}-\x{105F3}\x{10D4A}-\x{10D65}\x{10D6F}-\x{10D85})"
    R"(\x{10EC2}-\x{10EC4}\x{1123F}\x{11240}\x{11380}-\x{11389}\x{1138B}\x{1138E}\x{11390}-\x{113B5}\x{113B7}\x{113D1}\x{113D3})"
    R"(\x{11BC0}-\x{11BE0}\x{11F02}\x{11F04}-\x{11F10}\x{11F12}-\x{11F33}\x{1342F}\x{13441}-\x{13446}\x{13460}-\x{143FA})"
    R"(\x{16100}-\x{1611D}\x{16D40}-\x{16D6C}\x{18CFF}\x{1B132}\x{1B155}\x{1DF25}-\x{1DF2A}\x{1E030}-\x{1E06D})"
    R"(\x{1E4D0}-\x{1E4EB}\x{1E5D0}-\x{1E5ED}\x{1E5F0}\x{2B739}\x{2EBF0}-\x{2EE5D}\x{31350}-\x{323AF})";
constexpr const char* later_numbers =
    R"(\x{10D40}-\x{10D49}\x{116D0}-\x{116E3}\x{11BF0}-\x{11BF9}\x{11F50}-\x{11F59}\x{16130}-\x{16139}\x{16D70}-\x{16D79})"
    R"(\x{1CCF0}-\x{1CCF9}\x{1D2C0}-\x{1D2D3}\x{1E4F0}-\x{1E4F9}\x{1E5F1}-\x{1E5FA})";

// Unicode's White_Space, spelt out: PCRE2's \s also takes U+180E.
constexpr const char* space = R"(\x{9}-\x{D}\x{20}\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000})";

/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
std::string pattern_text() {
  const std::string letters = std::string(R"(\p{L})") + later_letters;
  const std::string numbers = std::string(R"(\p{N})") + later_numbers;
  return fmt::format("'s|'t|'re|'ve|'m|'ll|'d| ?[{0}]+| ?[{1}]+| ?[^{2}{0}{1}]+|[{2}]+(?![^{2}])|[{2}]+", letters, numbers, space);
}

std::string pcre2_message(int error) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

pcre2_code* compiled(const std::string& pattern) {
  int error = 0;
  PCRE2_SIZE offset = 0;
  pcre2_code* code =
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(), PCRE2_UTF | PCRE2_ANCHORED, &error, &offset, nullptr);
  if (code == nullptr) throw RunTimeError("PCRE2: {}", pcre2_message(error));
  pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // where there is no JIT, pcre2_match interprets
  return code;
}

}  // namespace

Gpt2Pattern::Gpt2Pattern() : code_(compiled(pattern_text()), &pcre2_code_free) {}

Gpt2Words::Gpt2Words(const Gpt2Pattern& pattern)
    : code_(pattern.code_.get()), match_(pcre2_match_data_create(1, nullptr), &pcre2_match_data_free) {
  if (!match_) throw RunTimeError("PCRE2: out of memory");
}

std::size_t Gpt2Words::word_length(std::string_view text, std::size_t start) {
  const int result =
      pcre2_match(code_, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), start, PCRE2_NO_UTF_CHECK, match_.get(), nullptr);
  // Every character is in one of the classes, so a miss can only be a limit of PCRE2.
  if (result < 1) throw RunTimeError("PCRE2: {}", pcre2_message(result));
  const PCRE2_SIZE* bounds = pcre2_get_ovector_pointer(match_.get());
  return bounds[1] - bounds[0];
}

}  // namespace agsweep
