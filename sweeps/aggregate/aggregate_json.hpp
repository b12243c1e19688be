#pragma once

#include <nlohmann/json.hpp>

#include "sweeps/aggregate/aggregate.hpp"

namespace agsweep {

/// {"rankings": [{metric, maximise, epochs, train_limit, data_sha256, sweeps, configurations, trials, importance}], "duplicates",
/// "remarks"}. Numbers have 9 significant digits, parameters all of theirs; what is not known is null.
nlohmann::ordered_json aggregate_json(const Aggregate& all);

}  // namespace agsweep
