#include "orchestrator/options/option.hpp"

#include <algorithm>  // std::replace, std::find
#include <charconv>
#include <cmath>  // std::isfinite
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/enum_words.hpp"
#include "base/error.hpp"
#include "base/nearest_name.hpp"
#include "base/path_text.hpp"

namespace agsweep {

namespace {

/// The whole text as a number; nullopt for anything else. Out of the type's range: an infinity of that sign.
std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || text.empty()) return std::nullopt;
  if (error == std::errc::result_out_of_range) return text.front() == '-' ? -HUGE_VAL : HUGE_VAL;
  if (error != std::errc()) return std::nullopt;
  return value;
}

/// A whole number has 64 bits, whatever its range leaves open.
std::string range_text(const Option& option) {
  const Range& range = option.range;
  if (option.kind != ValueKind::integer) return range.text();
  const auto bound = [](double value, const char* limit) { return std::isfinite(value) ? fmt::format("{}", value) : limit; };
  return fmt::format("{}{}, {}{}", range.low_open ? '(' : '[', bound(range.low, "-2^63"), bound(range.high, "2^63"),
                     range.high_open || !std::isfinite(range.high) ? ')' : ']');
}

[[noreturn]] void out_of_range(const Option& option, std::string_view text, std::string_view origin) {
  throw UsageError("{}: {} is out of range {}", origin, text, range_text(option));
}

Value parse_integer(const Option& option, std::string_view text, std::string_view origin) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end != text.data() + text.size() || error == std::errc::invalid_argument) {
    throw UsageError("{}: {} is not a whole number (allowed: {})", origin, text, allowed_values(option));
  }
  if (error == std::errc::result_out_of_range) out_of_range(option, text, origin);
  return value;
}

Value parse_number(const Option& option, std::string_view text, std::string_view origin) {
  const std::optional<double> value = number_in(text);
  if (!value) throw UsageError("{}: {} is not a number (allowed: {})", origin, text, allowed_values(option));
  if (!option.range.contains(*value)) out_of_range(option, text, origin);
  return *value;
}

void check_words(const Option& option, const std::string& word, std::string_view origin) {
  if (std::find(option.words.begin(), option.words.end(), word) != option.words.end()) return;
  for (const auto& [refused, reason] : option.refused) {
    if (word == refused) throw UsageError("{}: {}: {}", origin, word, reason);
  }
  throw UsageError("{}: {} is not one of {}{}", origin, word, allowed_values(option), did_you_mean(word, option.words));
}

}  // namespace

bool Range::contains(double value) const {
  return std::isfinite(value) && (low_open ? value > low : value >= low) && (high_open ? value < high : value <= high);
}

std::string Range::text() const { return fmt::format("{}{}, {}{}", low_open ? '(' : '[', low, high, high_open ? ')' : ']'); }

std::string Option::key() const {
  std::string key(name);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

void check_option_model(const Option& option, ModelKind model, std::string_view origin) {
  if (option.is_of(model)) return;
  std::vector<std::string_view> models;
  for (const ModelKind one : option.only_for) models.push_back(to_word(one));
  throw UsageError("{}: no option of --model {}, only of {}", origin, to_word(model), fmt::join(models, ", "));
}

std::string to_text(const Value& value) {
  struct {
    std::string operator()(Automatic) const { return "auto"; }
    std::string operator()(bool on) const { return std::string(to_word(on)); }
    std::string operator()(std::int64_t number) const { return fmt::format("{}", number); }
    std::string operator()(double number) const { return fmt::format("{}", number); }  // the shortest that reads back as the same double
    std::string operator()(const std::string& text) const { return text; }
  } const write;
  return std::visit(write, value);
}

Value parse_value(const Option& option, std::string_view text, std::string_view origin) {
  Value value = option.kind == ValueKind::path ? path_text(text) : std::string(text);
  if (!option.automatic.empty() && text == "auto") {
    value = Automatic{};
  } else if (option.kind == ValueKind::integer) {
    value = parse_integer(option, text, origin);
  } else if (option.kind == ValueKind::number) {
    value = parse_number(option, text, origin);
  } else if (option.kind == ValueKind::on_off) {
    const std::optional<bool> on = from_word<bool>(text);
    if (!on) throw UsageError("{}: {} is not {} or {}", origin, text, to_word(true), to_word(false));
    value = *on;
  }
  check_value(option, value, origin);
  return value;
}

void check_value(const Option& option, const Value& value, std::string_view origin) {
  if (const auto* number = std::get_if<double>(&value); number && !option.range.contains(*number)) {
    out_of_range(option, to_text(value), origin);
  }
  if (const auto* number = std::get_if<std::int64_t>(&value); number && !option.range.contains(static_cast<double>(*number))) {
    out_of_range(option, to_text(value), origin);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (text->empty()) throw UsageError("{}: the value is empty", origin);
    if (!option.words.empty()) check_words(option, *text, origin);
    if (option.check != nullptr) option.check(*text, origin);
  }
}

std::string allowed_values(const Option& option) {
  const std::string_view or_automatic = option.automatic.empty() ? "" : " or auto";
  switch (option.kind) {
    case ValueKind::on_off:
      return fmt::format("{}, {}", to_word(true), to_word(false));
    case ValueKind::integer:
    case ValueKind::number:
      return fmt::format("{}{}", range_text(option), or_automatic);
    case ValueKind::text:
    case ValueKind::path:
      break;
  }
  std::vector<std::string_view> words = option.words;
  if (words.empty()) return "a text";
  if (!option.automatic.empty()) words.insert(words.begin(), "auto");
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known, std::string_view prefix) {
  const std::string nearest = nearest_name(name, known);
  return nearest.empty() ? "" : fmt::format("; did you mean {}{}?", prefix, nearest);
}

}  // namespace agsweep
