#include "orchestrator/sweep/option_check.hpp"

#include "base/error.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {

ParameterValue parameter_value(const Value& value) {
  if (std::holds_alternative<Automatic>(value)) return std::string("auto");
  if (const auto* on = std::get_if<bool>(&value)) return *on;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::get<std::string>(value);
}

Value option_value(const Option& option, const ParameterValue& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (*text == "auto" && !option.automatic.empty()) return Automatic{};
    return *text;
  }
  if (const auto* on = std::get_if<bool>(&value)) return *on;
  if (const auto* number = std::get_if<double>(&value)) {
    if (option.kind == ValueKind::text) return fmt::format("{}", *number);  // lora_alpha = 12.5
    return *number;
  }
  const std::int64_t whole = std::get<std::int64_t>(value);
  if (option.kind == ValueKind::number) return static_cast<double>(whole);
  if (option.kind == ValueKind::text) return std::to_string(whole);  // lora_alpha = 16
  return whole;
}

Value checked_value(const Option& option, const ParameterValue& given, std::string_view origin) {
  const Value value = option_value(option, given);
  const bool fits = std::holds_alternative<Automatic>(value) || (option.kind == ValueKind::on_off && std::holds_alternative<bool>(value)) ||
                    (option.kind == ValueKind::integer && std::holds_alternative<std::int64_t>(value)) ||
                    (option.kind == ValueKind::number && std::holds_alternative<double>(value)) ||
                    ((option.kind == ValueKind::text || option.kind == ValueKind::path) && std::holds_alternative<std::string>(value));
  if (!fits) throw UsageError("{}: {} is of the wrong type (allowed: {})", origin, value_text(given), allowed_values(option));
  check_value(option, value, origin);
  return value;
}

OptionCheck train_option_check() {
  return [](std::string_view model, std::string_view key, const ParameterValue& given, std::string_view origin) -> ParameterValue {
    const Option& option = option_of_key(key, origin);
    if (const auto kind = from_word<ModelKind>(model)) check_option_model(option, *kind, origin);
    return parameter_value(checked_value(option, given, origin));
  };
}

}  // namespace agsweep
