#pragma once

#include <array>
#include <string>
#include <string_view>

#include "sweeps/aggregate/aggregate.hpp"

namespace agsweep {

enum class AggregateFormat { table, csv, json, markdown, latex };
/// In the order of AggregateFormat.
inline constexpr std::array<std::string_view, 5> aggregate_format_words = {"table", "csv", "json", "markdown", "latex"};

/// csv has a row a trial; json has all; the others have tables for people: trials, configurations over seeds, importance. Remarks are not
/// in it, but for json's.
std::string formatted(const Aggregate& all, AggregateFormat format);

}  // namespace agsweep
