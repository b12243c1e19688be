#include "sweeps/aggregate/aggregate_format.hpp"

#include <algorithm>  // std::find
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/error.hpp"
#include "base/nearest_name.hpp"
#include "sweeps/aggregate/trial_cells.hpp"
#include "sweeps/aggregate/trial_tables.hpp"
#include "sweeps/aggregate/value_error.hpp"

namespace agsweep {

namespace {

using Json = nlohmann::ordered_json;

Json number_or_null(const std::optional<double>& number) { return number ? Json(significant(*number)) : Json(); }
Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json name_of(const Aggregate& all, const TrialRef& ref) { return {{"sweep", all.names[ref.sweep]}, {"trial", ref.trial}}; }

Json interval_of(const MeanInterval& value) {
  if (!value.half_width) return nullptr;
  return {significant(value.mean - *value.half_width), significant(value.mean + *value.half_width)};
}

Json configuration_json(const Aggregate& all, const RankedConfiguration& configuration, std::size_t rank) {
  const TrialRef& first = configuration.trials.front();
  Json trials = Json::array();
  for (const TrialRef& ref : configuration.trials) trials.push_back(name_of(all, ref));
  return {{"rank", rank},
          {"state", configuration.complete ? "complete" : "pruned"},
          {"config_hash", text_or_null(results_of(all.sweeps, first).config_hash)},
          {"parameters", parameters_json(results_of(all.sweeps, first))},
          {"mean", significant(configuration.value.mean)},
          {"interval_95", interval_of(configuration.value)},
          {"rows_95", number_or_null(error_of(all.sweeps, configuration).rows)},
          {"trials", std::move(trials)}};
}

Json trial_json(const Aggregate& all, const PlacedTrial& placed) {
  const TrialResults& results = results_of(all.sweeps, placed.ref);
  const SweepTrial& trial = results.trial;
  const std::optional<double> value = value_of(trial);
  return {{"sweep", all.names[placed.ref.sweep]},
          {"trial", results.number},
          {"state", to_word(trial.phase)},
          {"value", number_or_null(value)},
          {"parameters", parameters_json(results)},
          {"seed", trial.seed},
          {"epochs", trial.epochs()},
          {"best_epoch", value ? Json(trial.best_epoch) : Json()},
          {"seconds", results.result.is_null() ? Json() : Json(significant(results.seconds))},
          {"config_hash", text_or_null(results.config_hash)},
          {"error", trial.phase == TrialPhase::failed ? text_or_null(trial.error) : Json()},
          {"rank", placed.rank > 0 ? Json(placed.rank) : Json()}};
}

Json importance_json(const Aggregate& all, const HyperparameterImportance& importance) {
  Json names = Json::array();
  for (const std::size_t sweep : importance.sweeps) names.push_back(all.names[sweep]);
  Json json = {{"sweeps", std::move(names)}, {"epoch", importance.epoch}, {"configurations", importance.configurations}};
  if (!importance.shares) {
    json["left_out"] = importance.reason;
    return json;
  }
  Json parameters = Json::object();
  for (std::size_t i = 0; i < importance.space.size(); ++i) {
    const Importance& share = importance.shares->parameters[i];
    parameters[importance.space[i].key] = {{"share", significant(share.mean)},
                                           {"interval_95", {significant(share.low), significant(share.high)}}};
  }
  json["parameters"] = std::move(parameters);
  json["interactions"] = significant(importance.shares->interactions);
  return json;
}

Json ranking_json(const Aggregate& all, const AggregatedRanking& one) {
  const TrialRanking& ranking = one.ranking;
  Json sweeps = Json::array();
  for (const std::size_t sweep : ranking.sweeps) {
    sweeps.push_back({{"name", all.names[sweep]}, {"folder", all.sweeps[sweep].folder.string()}, {"closed", all.sweeps[sweep].closed}});
  }
  Json configurations = Json::array();
  for (const RankedConfiguration& configuration : ranking.configurations) {
    configurations.push_back(configuration_json(all, configuration, configurations.size() + 1));
  }
  Json trials = Json::array();
  for (const PlacedTrial& placed : placed_trials(ranking)) trials.push_back(trial_json(all, placed));
  Json importances = Json::array();
  for (const HyperparameterImportance& importance : one.importances) importances.push_back(importance_json(all, importance));
  return {{"metric", to_word(ranking.scope.metric)},
          {"maximise", all.sweeps[ranking.sweeps.front()].maximise()},
          {"epochs", ranking.scope.epochs},
          {"train_limit", ranking.scope.train_limit == various_rows ? Json(limit_text(various_rows)) : Json(ranking.scope.train_limit)},
          {"val_limit", ranking.scope.val_limit},
          {"data_sha256", ranking.scope.data_sha256},
          {"sweeps", std::move(sweeps)},
          {"configurations", std::move(configurations)},
          {"trials", std::move(trials)},
          {"importance", std::move(importances)}};
}

Json pareto_json(const Aggregate& all, const AggregatedRanking& one, ParetoCost cost) {
  Json points = Json::array();
  for (const ParetoPoint& point : pareto_points(all.sweeps, one.ranking, cost)) {
    const RankedConfiguration& configuration = one.ranking.configurations[point.rank];
    points.push_back({{"rank", point.rank + 1},
                      {"parameters", parameters_json(results_of(all.sweeps, configuration.trials.front()))},
                      {"cost", significant(point.cost)},
                      {"mean", significant(point.value)},
                      {"unbeaten", point.best}});
  }
  return {{"cost", to_word(cost)}, {"configurations", std::move(points)}};
}

std::string json_text(const Aggregate& all, const AggregateView& view) {
  if (!view.columns.empty() || view.top > 0) throw UsageError("--columns and --top are for tables; --format json has all");
  Json json = aggregate_json(all);
  for (std::size_t i = 0; view.pareto && i < all.rankings.size(); ++i) {
    json["rankings"][i]["pareto"] = pareto_json(all, all.rankings[i], *view.pareto);
  }
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// @throws UsageError for a name that no table has
void check_columns(const std::vector<std::string>& names, const std::vector<const DataTable*>& tables) {
  std::vector<std::string_view> known;
  for (const DataTable* table : tables) {
    for (const Column& column : table->columns) {
      if (std::find(known.begin(), known.end(), column.name) == known.end()) known.push_back(column.name);
    }
  }
  for (const std::string& name : names) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string nearest = nearest_name(name, known);
    throw UsageError("--columns: no table has {}{}; there are {}", name, nearest.empty() ? "" : fmt::format(", did you mean {}?", nearest),
                     fmt::join(known, ", "));
  }
}

/// The table as it is shown.
DataTable viewed(DataTable table, const std::vector<std::string>& columns, std::int64_t top) {
  if (top > 0 && std::ssize(table.rows) > top) table.rows.resize(static_cast<std::size_t>(top));
  return columns.empty() ? table : with_columns(table, columns);
}

std::string section_text(const Section& section, const AggregateView& view, const std::string& name) {
  const bool paper = view.format == AggregateFormat::markdown || view.format == AggregateFormat::latex;
  const std::vector<std::string>& columns = view.columns.empty() && paper ? section.paper_columns : view.columns;
  const DataTable table = viewed(section.table, columns, section.name == "importance" ? 0 : view.top);
  if (table.columns.empty()) return "";
  if (view.format == AggregateFormat::markdown) return markdown_text(table, section.paper_caption);
  if (view.format == AggregateFormat::latex) return latex_text(table, section.paper_caption, name);
  return plain_text(table, section.caption);
}

std::string csv_of(const Aggregate& all, const AggregateView& view) {
  if (view.pareto && all.rankings.size() > 1) {
    throw UsageError("--pareto with --format csv makes one table, but there are {} rankings: name sweeps that can be compared",
                     all.rankings.size());
  }
  const DataTable rows = view.pareto ? pareto_sections(all, *view.pareto).front().table : trial_rows(all);
  check_columns(view.columns, {&rows});
  return csv_text(viewed(rows, view.columns, view.top));
}

}  // namespace

Json aggregate_json(const Aggregate& all) {
  Json rankings = Json::array();
  for (const AggregatedRanking& one : all.rankings) rankings.push_back(ranking_json(all, one));
  Json duplicates = Json::array();
  for (const Duplicate& duplicate : all.duplicates) {
    duplicates.push_back({{"copy", name_of(all, duplicate.copy)},
                          {"counts", name_of(all, duplicate.counts)},
                          {"differs_at_epoch", duplicate.differs_at ? Json(*duplicate.differs_at) : Json()}});
  }
  return {{"rankings", std::move(rankings)}, {"duplicates", std::move(duplicates)}, {"remarks", all.remarks}};
}

std::string formatted(const Aggregate& all, const AggregateView& view) {
  if (view.format == AggregateFormat::json) return json_text(all, view);
  if (view.format == AggregateFormat::csv) return csv_of(all, view);
  const std::vector<Section> sections = view.pareto ? pareto_sections(all, *view.pareto) : sections_of(all);
  std::vector<const DataTable*> tables;
  for (const Section& section : sections) tables.push_back(&section.table);
  check_columns(view.columns, tables);
  std::string text = view.format == AggregateFormat::latex ? "% \\usepackage{booktabs}\n" : "";
  std::map<std::string, int> numbers;  // of the sections of a name
  for (const Section& section : sections) {
    const int number = ++numbers[section.name];
    const std::string part = section_text(section, view, number == 1 ? section.name : fmt::format("{}-{}", section.name, number));
    if (!text.empty() && !part.empty()) text += '\n';
    text += part;
  }
  return text;
}

}  // namespace agsweep
