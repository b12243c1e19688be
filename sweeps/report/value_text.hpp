#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/metric.hpp"
#include "sweeps/space/parameter.hpp"
#include "sweeps/state/sweep_trial.hpp"  // TrialPhase

namespace agsweep {

/// "macro F1", "loss (nats)".
std::string label_with_unit(Metric metric);

/// "validation macro F1".
std::string metric_name(Metric metric);

/// A metric with four decimals.
std::string metric_text(double value);

/// A value as the command line has it, and reads back the same: 0.001, on, 2r.
std::string option_text(const ParameterValue& value);

/// 1.2e-3: so many significant digits, without zeros at the end or in the exponent.
std::string exponent_text(double number, int digits);

/// A number for people, with so many significant digits; below 0.001 as exponent_text.
std::string short_text(double number, int digits = 4);
std::string short_text(const ParameterValue& value);

/// A parameter's number, where it is the value itself: on a log scale that begins below 0.01 always with an exponent.
std::string number_text(const Parameter& parameter, double number, int digits = 4);

/// "3 trials", "1 trial".
std::string counted(std::int64_t count, std::string_view noun);

/// "2026-01-31 12:00:00 UTC" for "2026-01-31T12:00:00Z".
std::string clock_text(std::string_view utc);

/// "12 s", "4.2 min", "3.1 h".
std::string time_text(double seconds);

/// The first word's first letter as a capital.
std::string capitalised(std::string text);

/// At most so many characters of a UTF-8 text; an ellipsis stands for the rest.
std::string clipped(std::string_view text, std::size_t characters);

/// The text as a part of a file's name: a-z and 0-9, anything else a dash.
std::string file_word(std::string_view text);

}  // namespace agsweep
