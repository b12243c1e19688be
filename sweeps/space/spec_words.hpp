#pragma once

#include <array>
#include <string_view>

namespace agsweep {

/// The words of a spec, in the order of SamplerKind and SchedulerKind.
inline constexpr std::array<std::string_view, 4> sampler_words = {"grid", "random", "sobol", "tpe"};
inline constexpr std::array<std::string_view, 3> scheduler_words = {"none", "median", "asha"};
/// In the order of Scale.
inline constexpr std::array<std::string_view, 5> scale_words = {"log", "range", "int", "log_int", "values"};

/// What a sweep may be judged by; val.loss is minimised.
inline constexpr std::array<std::string_view, 6> metric_words = {"val.loss",        "val.accuracy",        "val.f1_macro",
                                                                 "val.f1_weighted", "val.precision_macro", "val.recall_macro"};

template <std::size_t Count, typename Enumeration>
constexpr std::string_view word_for(const std::array<std::string_view, Count>& words, Enumeration member) {
  return words.at(static_cast<std::size_t>(member));
}

}  // namespace agsweep
