#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "base/enum_words.hpp"

namespace agsweep {

/// The scalars that a split is measured by, in the order of epochs.csv.
enum class Metric { loss, accuracy, f1_macro, f1_weighted, precision_macro, recall_macro };

/// As --metric and a spec write them: what is chosen is chosen by the validation rows.
template <>
inline constexpr auto enum_words<Metric> = std::to_array<std::string_view>({"val.loss", "val.accuracy", "val.f1_macro", "val.f1_weighted",
                                                                            "val.precision_macro", "val.recall_macro"});

/// What a training and a sweep choose by unless told otherwise.
inline constexpr Metric default_metric = Metric::f1_macro;

/// The column of epochs.csv and the key in result.json: "f1_macro".
constexpr std::string_view metric_key(Metric metric) { return to_word(metric).substr(std::string_view("val.").size()); }

/// For people: "macro F1".
constexpr std::string_view metric_label(Metric metric) {
  constexpr std::array<std::string_view, 6> labels = {"loss", "accuracy", "macro F1", "weighted F1", "macro precision", "macro recall"};
  static_assert(labels.size() == enum_words<Metric>.size());
  return labels.at(static_cast<std::size_t>(metric));
}

constexpr bool higher_is_better(Metric metric) { return metric != Metric::loss; }

}  // namespace agsweep
