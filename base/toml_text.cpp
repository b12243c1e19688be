#include "base/toml_text.hpp"

#include <sstream>
#include <utility>  // std::move

#include <fmt/format.h>
#include <toml++/toml.h>

namespace agsweep {

std::string toml_text(const std::string& text) {
  constexpr auto in_double_quotes = ~(toml::format_flags::allow_literal_strings | toml::format_flags::allow_multi_line_strings);
  const toml::value<std::string> value(text);
  std::ostringstream out;
  out << toml::toml_formatter(value, toml::toml_formatter::default_flags & in_double_quotes);
  return std::move(out).str();
}

std::string toml_text(double number) {
  std::string text = fmt::format("{}", number);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace agsweep
