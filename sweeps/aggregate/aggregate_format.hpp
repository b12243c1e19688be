#pragma once

#include <array>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "base/enum_words.hpp"
#include "sweeps/aggregate/aggregate.hpp"

namespace agsweep {

enum class AggregateFormat { table, csv, json, markdown, latex };
template <>
inline constexpr auto enum_words<AggregateFormat> = std::to_array<std::string_view>({"table", "csv", "json", "markdown", "latex"});

/// csv has a row a trial; json has all; the others have tables for people: trials, configurations over seeds, importance. Remarks are not
/// in it, but for json's.
std::string formatted(const Aggregate& all, AggregateFormat format);

/// {"rankings": [{metric, maximise, epochs, train_limit, val_limit, data_sha256, sweeps, configurations, trials, importance}],
/// "duplicates", "remarks"}. Numbers have 9 significant digits, parameters all of theirs; what is not known is null.
nlohmann::ordered_json aggregate_json(const Aggregate& all);

}  // namespace agsweep
