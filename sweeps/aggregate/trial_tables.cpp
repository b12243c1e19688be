#include "sweeps/aggregate/trial_tables.hpp"

#include <algorithm>  // std::any_of
#include <numeric>    // std::iota

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/trial_cells.hpp"

namespace agsweep {

namespace {

constexpr std::size_t short_hash = 12;
constexpr std::size_t short_error = 60;

Cell cell_of(const std::optional<double>& number) { return number ? Cell(*number) : std::nullopt; }
Cell number_cell(std::int64_t number) { return number; }
Cell text_cell(std::string text) { return text.empty() ? Cell() : Cell(std::move(text)); }

/// The ends of the interval over seeds.
std::optional<double> end_of(const MeanInterval& value, double sign) {
  if (!value.half_width) return std::nullopt;
  return value.mean + sign * *value.half_width;
}

/// The text's first characters, none cut in two.
std::string shortened(const std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return text;
  std::size_t end = bytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "..";
}

/// The columns of results.csv.
std::vector<Column> result_columns(const std::vector<std::string>& keys) {
  std::vector<Column> columns = {{"trial"}, {"state"}, {"value", Digits::measured}};
  for (const std::string& key : keys) columns.push_back({key});
  columns.insert(columns.end(), {{"seed"}, {"epochs"}, {"best_epoch"}, {"seconds", Digits::seconds}, {"config_hash"}, {"error"}});
  return columns;
}

std::vector<Cell> result_cells(const SweepResults& sweep, const TrialResults& results, const std::vector<std::string>& keys) {
  const SweepTrial& trial = results.trial;
  const std::optional<double> value = value_of(trial);
  std::vector<Cell> cells = {number_cell(results.number), std::string(to_word(trial.phase)), cell_of(value)};
  for (const std::string& key : keys) cells.push_back(parameter_cell(sweep, results, key));
  cells.push_back(number_cell(trial.seed));
  cells.push_back(number_cell(trial.epochs()));
  cells.push_back(value ? number_cell(trial.best_epoch) : Cell());
  cells.push_back(results.result.is_null() ? Cell() : Cell(results.seconds));
  cells.push_back(text_cell(results.config_hash));
  cells.push_back(trial.phase == TrialPhase::failed ? text_cell(trial.error) : Cell());
  return cells;
}

void add_column(DataTable& table, std::size_t place, Column column) {
  table.columns.insert(table.columns.begin() + static_cast<std::ptrdiff_t>(place), std::move(column));
}

/// For people.
DataTable trials_table(const Aggregate& all, const TrialRanking& ranking) {
  const std::vector<std::string> keys = parameter_keys(all.sweeps, ranking.sweeps);
  const bool several = all.sweeps.size() > 1;
  const std::vector<PlacedTrial> placed = placed_trials(ranking);
  const bool failed = std::any_of(placed.begin(), placed.end(),
                                  [&](const PlacedTrial& one) { return trial_of(all.sweeps, one.ref).phase == TrialPhase::failed; });
  DataTable table{.columns = result_columns(keys)};
  if (!failed) table.columns.pop_back();
  if (several) add_column(table, 0, {"sweep"});
  add_column(table, 0, {"rank"});
  for (const PlacedTrial& one : placed) {
    const TrialResults& results = results_of(all.sweeps, one.ref);
    std::vector<Cell> cells = result_cells(all.sweeps[one.ref.sweep], results, keys);
    if (cells.back()) cells.back() = shortened(results.trial.error, short_error);
    if (!failed) cells.pop_back();
    cells[cells.size() - (failed ? 2 : 1)] = text_cell(results.config_hash.substr(0, short_hash));
    if (several) cells.insert(cells.begin(), Cell(all.names[one.ref.sweep]));
    cells.insert(cells.begin(), one.rank > 0 ? number_cell(one.rank) : Cell());
    table.rows.push_back(std::move(cells));
  }
  return table;
}

DataTable configurations_table(const Aggregate& all, const TrialRanking& ranking) {
  const std::vector<std::string> keys = parameter_keys(all.sweeps, ranking.sweeps);
  DataTable table{.columns = {{"rank"}, {"state"}}};
  for (const std::string& key : keys) table.columns.push_back({key});
  for (const Column& column : {Column{"seeds"}, Column{"mean", Digits::measured}, Column{"low_95", Digits::measured},
                               Column{"high_95", Digits::measured}, Column{"config_hash"}}) {
    table.columns.push_back(column);
  }
  for (const RankedConfiguration& configuration : ranking.configurations) {
    const TrialRef& first = configuration.trials.front();
    const TrialResults& results = results_of(all.sweeps, first);
    std::vector<Cell> cells = {number_cell(static_cast<std::int64_t>(table.rows.size()) + 1), std::string(to_word(results.trial.phase))};
    for (const std::string& key : keys) cells.push_back(parameter_cell(all.sweeps[first.sweep], results, key));
    cells.push_back(number_cell(static_cast<std::int64_t>(configuration.trials.size())));
    cells.emplace_back(configuration.value.mean);
    cells.push_back(cell_of(end_of(configuration.value, -1)));
    cells.push_back(cell_of(end_of(configuration.value, 1)));
    cells.push_back(text_cell(results.config_hash.substr(0, short_hash)));
    table.rows.push_back(std::move(cells));
  }
  return table;
}

Section importance_section(const Aggregate& all, const HyperparameterImportance& importance) {
  Section section;
  section.caption = fmt::format("Importance: shares of the variance of the value up to epoch {} over {} configurations (functional ANOVA)",
                                importance.epoch, importance.configurations);
  if (all.sweeps.size() > 1) {
    std::vector<std::string> names;
    for (const std::size_t sweep : importance.sweeps) names.push_back(all.names[sweep]);
    section.caption += fmt::format(": {}", fmt::join(names, ", "));
  }
  section.table.columns = {{"parameter"}, {"share", Digits::measured}, {"low_95", Digits::measured}, {"high_95", Digits::measured}};
  for (std::size_t i = 0; i < importance.space.size(); ++i) {
    const Importance& share = importance.shares->parameters[i];
    section.table.rows.push_back({importance.space[i].key, share.mean, share.low, share.high});
  }
  section.table.rows.push_back({"(interactions)", importance.shares->interactions, std::nullopt, std::nullopt});
  return section;
}

bool has_several_seeds(const TrialRanking& ranking) {
  return std::any_of(ranking.configurations.begin(), ranking.configurations.end(),
                     [](const RankedConfiguration& configuration) { return configuration.trials.size() > 1; });
}

}  // namespace

DataTable trial_rows(const Aggregate& all) {
  std::vector<std::size_t> every(all.sweeps.size());
  std::iota(every.begin(), every.end(), 0);
  const std::vector<std::string> keys = parameter_keys(all.sweeps, every);
  const bool several_sweeps = all.sweeps.size() > 1;
  const bool several_rankings = all.rankings.size() > 1;

  DataTable table{.columns = result_columns(keys)};
  if (several_sweeps) add_column(table, 0, {"sweep"});
  if (several_rankings) table.columns.push_back({"ranking"});
  for (const Column& column :
       {Column{"rank"}, Column{"mean", Digits::measured}, Column{"low_95", Digits::measured}, Column{"high_95", Digits::measured}}) {
    table.columns.push_back(column);
  }
  std::int64_t number = 0;
  for (const AggregatedRanking& one : all.rankings) {
    ++number;
    for (const PlacedTrial& placed : placed_trials(one.ranking)) {
      std::vector<Cell> cells = result_cells(all.sweeps[placed.ref.sweep], results_of(all.sweeps, placed.ref), keys);
      if (several_sweeps) cells.insert(cells.begin(), Cell(all.names[placed.ref.sweep]));
      if (several_rankings) cells.push_back(number_cell(number));
      const MeanInterval* value = placed.configuration != nullptr ? &placed.configuration->value : nullptr;
      cells.push_back(value != nullptr ? number_cell(placed.rank) : Cell());
      cells.push_back(value != nullptr ? Cell(value->mean) : Cell());
      cells.push_back(value != nullptr ? cell_of(end_of(*value, -1)) : Cell());
      cells.push_back(value != nullptr ? cell_of(end_of(*value, 1)) : Cell());
      table.rows.push_back(std::move(cells));
    }
  }
  return table;
}

std::vector<Section> sections_of(const Aggregate& all) {
  std::vector<Section> sections;
  for (const AggregatedRanking& one : all.rankings) {
    const std::string scope = scope_text(one.ranking.scope);
    sections.push_back({.caption = fmt::format("Trials by {}", scope), .table = trials_table(all, one.ranking)});
    if (has_several_seeds(one.ranking)) {
      sections.push_back({.caption = fmt::format("Configurations by the mean over seeds, with its 95 % interval (Student's t): {}", scope),
                          .table = configurations_table(all, one.ranking)});
    }
    for (const HyperparameterImportance& importance : one.importances) {
      if (importance.shares) sections.push_back(importance_section(all, importance));
    }
  }
  return sections;
}

}  // namespace agsweep
