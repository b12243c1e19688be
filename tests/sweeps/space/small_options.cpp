#include "tests/sweeps/space/small_options.hpp"

#include <algorithm>  // std::find_if
#include <array>
#include <optional>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep::testing_support {

namespace {

enum class Kind { number, whole, text, truth };

struct SmallOption {
  std::string_view key;
  Kind kind;
  double low = 0;
  double high = 1;
  std::string_view only_for = {};
};

constexpr std::array<SmallOption, 11> options = {{
    {"batch_size", Kind::whole, 1, 1e6},
    {"dropout", Kind::number, 0, 1},
    {"epochs", Kind::whole, 1, 1e6},
    {"layers", Kind::whole, 1, 1000, "scratch"},
    {"lora_dropout", Kind::number, 0, 1, "gpt2-lora"},
    {"lora_rank", Kind::whole, 1, 65536, "gpt2-lora"},
    {"lr", Kind::number, 0, 1},
    {"precision", Kind::text},
    {"rslora", Kind::truth, 0, 1, "gpt2-lora"},
    {"seed", Kind::whole, 0, 1e19},
    {"warmup_steps", Kind::whole, 0, 1e19},
}};

std::optional<double> number_in(const ParameterValue& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

}  // namespace

ParameterValue small_options(std::string_view model, std::string_view key, const ParameterValue& value, std::string_view origin) {
  if (key == "model") {
    if (model != "scratch" && model != "gpt2-lora") throw UsageError("{}: {} is no model", origin, model);
    return value;
  }
  const auto* const option = std::find_if(options.begin(), options.end(), [key](const SmallOption& one) { return one.key == key; });
  if (option == options.end()) throw UsageError("{}: no such option", origin);
  if (!option->only_for.empty() && option->only_for != model) throw UsageError("{}: {} has no such option", origin, model);
  if (option->kind == Kind::text || option->kind == Kind::truth) {
    const bool fits = option->kind == Kind::text ? std::holds_alternative<std::string>(value) : std::holds_alternative<bool>(value);
    if (!fits) throw UsageError("{}: wrong type", origin);
    return value;
  }
  const std::optional<double> number = number_in(value);
  if (!number) throw UsageError("{}: wrong type", origin);
  if (option->kind == Kind::whole && !std::holds_alternative<std::int64_t>(value)) throw UsageError("{}: not whole", origin);
  if (*number < option->low || *number > option->high) throw UsageError("{}: {} is out of range", origin, *number);
  return option->kind == Kind::whole ? value : ParameterValue(*number);
}

SweepSpec spec_of(std::string_view text) { return read_spec("sweep.toml", text, small_options); }

std::string spec_error(std::string_view text) {
  return error_of<UsageError>([text] { spec_of(text); });
}

}  // namespace agsweep::testing_support
