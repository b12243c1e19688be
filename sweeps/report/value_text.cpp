#include "sweeps/report/value_text.hpp"

#include <cmath>

#include <fmt/format.h>

#include "base/table.hpp"  // cut_to_width

namespace agsweep {

std::string label_with_unit(Metric metric) { return fmt::format("{}{}", metric_label(metric), metric == Metric::loss ? " (nats)" : ""); }

std::string metric_name(Metric metric) { return fmt::format("validation {}", label_with_unit(metric)); }

std::string metric_text(double value) { return fmt::format("{:.4f}", value); }

std::string option_text(const ParameterValue& value) {
  if (const auto* on = std::get_if<bool>(&value)) return std::string(to_word(*on));
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *whole);
  if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
  return std::get<std::string>(value);
}

std::string exponent_text(double number, int digits) {
  std::string text = fmt::format("{:.{}e}", number, digits - 1);
  const std::size_t exponent = text.find('e');
  if (text.find('.') < exponent) {
    const std::size_t last = text.find_last_not_of("0.", exponent - 1);
    text.erase(last + 1, exponent - last - 1);
  }
  for (const char* zero : {"e-0", "e+0"}) {
    if (const std::size_t at = text.find(zero); at != std::string::npos) text.erase(at + 2, 1);
  }
  return text;
}

std::string short_text(double number, int digits) {
  // 0.00013 is hard to compare with 0.0012.
  return number != 0 && std::abs(number) < 1e-3 ? exponent_text(number, digits) : fmt::format("{:.{}g}", number, digits);
}

std::string short_text(const ParameterValue& value) {
  const auto* number = std::get_if<double>(&value);
  return number != nullptr ? short_text(*number) : option_text(value);
}

std::string number_text(const Parameter& parameter, double number, int digits) {
  return parameter.scale == Scale::log && parameter.low < 0.01 ? exponent_text(number, digits) : short_text(number, digits);
}

std::string counted(std::int64_t count, std::string_view noun) { return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s"); }

std::string clock_text(std::string_view utc) {
  const bool usual = utc.size() >= 19 && utc[10] == 'T';
  return usual ? fmt::format("{} {} UTC", utc.substr(0, 10), utc.substr(11, 8)) : std::string(utc);
}

std::string time_text(double seconds) {
  if (seconds < 120) return fmt::format("{:.3g} s", seconds);
  if (seconds < 7200) return fmt::format("{:.1f} min", seconds / 60);
  return fmt::format("{:.1f} h", seconds / 3600);
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  return text;
}

std::string clipped(std::string_view text, std::size_t characters) {
  const std::string_view start = cut_to_width(text, characters);
  return fmt::format("{}{}", start, start.size() < text.size() ? "…" : "");
}

std::string file_word(std::string_view text) {
  std::string word;
  for (const char character : text) {
    const bool small = (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9');
    const bool capital = character >= 'A' && character <= 'Z';
    word += capital ? static_cast<char>(character - 'A' + 'a') : small ? character : '-';
  }
  return word;
}

}  // namespace agsweep
