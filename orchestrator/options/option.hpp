#pragma once

#include <algorithm>  // std::find
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>  // std::pair
#include <variant>
#include <vector>

#include "workers/train/config.hpp"  // ModelKind

namespace agsweep {

/// What an option can stand at. Words of an enumeration are strings, and so is a path's path_text(); Automatic is the word "auto".
struct Automatic {
  bool operator==(const Automatic&) const = default;
};
using Value = std::variant<Automatic, bool, std::int64_t, double, std::string>;

enum class ValueKind { on_off, integer, number, text, path };

/// The values that a number may have; written as in mathematics: (0, 1].
struct Range {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;
  bool high_open = false;

  bool contains(double value) const;
  std::string text() const;
};
constexpr Range between(double low, double high) { return {.low = low, .high = high}; }
constexpr Range above_up_to(double low, double high) { return {.low = low, .high = high, .low_open = true}; }
constexpr Range from_below(double low, double high) { return {.low = low, .high = high, .high_open = true}; }
constexpr Range at_least(double low) { return {.low = low, .high_open = true}; }

/// Everything that help, parser, config.toml, range check and docs/options.md know of an option.
struct Option {
  std::string_view name;                     // with dashes, without the leading two; config.toml's key has underscores instead
  std::string_view placeholder = "N";        // what help calls the value
  Range range = {};                          // of a number
  std::vector<std::string_view> words = {};  // the only values of a text; OptionTable sets an enumeration's
  std::vector<std::pair<std::string_view, std::string_view>> refused = {};  // words that a person may expect, and why they are none
  void (*check)(std::string_view text, std::string_view origin) = nullptr;  // of a text: throws UsageError, as parse_value says
  std::string_view automatic = {};                         // what "auto" stands for; empty: "auto" is no value of this option
  std::vector<std::pair<ModelKind, Value>> by_model = {};  // defaults of a --model, where the field's initial value is not its
  std::vector<ModelKind> only_for = {};                    // the --models that have this option; none: all
  bool flag = false;                                       // stands alone: --json
  bool repeats = false;                                    // may be given again, and adds a text; a Value holds them one a line
  bool required = false;
  bool in_config_hash = true;      // false: the result does not depend on it, or config_hash has its content
  bool in_old_config_hash = true;  // false: newer than config_hash, which leaves it out at its default, so that earlier runs keep theirs
  bool may_change_on_resume = false;
  bool follows_other_options = false;  // its default does, so a default in a run's config.toml is none of another run's
  std::string_view group = {};         // heading in help; empty: the command's own
  std::string_view help = {};

  ValueKind kind = ValueKind::text;  // set from the field's type by OptionTable
  std::string standard = {};         // the field's initial value, for help; set by OptionTable

  /// As a key of config.toml.
  std::string key() const;
  /// Whether a --model has it.
  bool is_of(ModelKind model) const { return only_for.empty() || std::find(only_for.begin(), only_for.end(), model) != only_for.end(); }
};

/// A value as a person writes it: 0.001, on, bf16, auto.
std::string to_text(const Value& value);

/// Reads an option's value. @param origin  stands before the error: "--lr" or "config.toml:3:6: lr"
/// @throws UsageError that names origin, value and what is allowed (nan and inf never are)
Value parse_value(const Option& option, std::string_view text, std::string_view origin);

/// Checks a value of the right type. @throws UsageError as parse_value
void check_value(const Option& option, const Value& value, std::string_view origin);

/// @throws UsageError when this --model has no such option
void check_option_model(const Option& option, ModelKind model, std::string_view origin);

/// What the option's value may be: "(0, 1]", "auto, fp32, bf16", "on, off", "a text".
std::string allowed_values(const Option& option);

/// "; did you mean --lr?" or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& known, std::string_view prefix = "");

}  // namespace agsweep
