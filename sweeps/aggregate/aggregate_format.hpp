#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/enum_words.hpp"
#include "base/json.hpp"
#include "sweeps/aggregate/aggregate.hpp"
#include "sweeps/aggregate/pareto.hpp"

namespace agsweep {

enum class AggregateFormat { table, csv, json, markdown, latex };
template <>
inline constexpr auto enum_words<AggregateFormat> = std::to_array<std::string_view>({"table", "csv", "json", "markdown", "latex"});

/// What is printed of it.
struct AggregateView {
  AggregateFormat format = AggregateFormat::table;
  std::optional<ParetoCost> pareto = {};  // instead of trials, configurations and importance what pareto_sections() has
  std::vector<std::string> columns = {};  // these alone, in this order; none: those that the format has
  std::int64_t top = 0;                   // so many rows of each table of trials or configurations; 0: all
};

/// csv has a row a trial (or unbeaten configuration); json has all; the others have tables for people: trials, configurations over seeds,
/// importance. Those of markdown and latex are for papers: labels instead of names, and the columns that a paper needs. Remarks are not in
/// it, but for json's.
/// @throws UsageError for a column that is in no table, and for columns or top with json
std::string formatted(const Aggregate& all, const AggregateView& view);

/// {"rankings": [{metric, maximise, epochs, train_limit, val_limit, data_sha256, sweeps, configurations, trials, importance}],
/// "duplicates", "remarks"}. train_limit is "various" where it is a key of [space]. Numbers have 9 significant digits, parameters all of
/// theirs; what is not known is null.
nlohmann::ordered_json aggregate_json(const Aggregate& all);

}  // namespace agsweep
