#include "sweeps/aggregate/trial_tables.hpp"

#include <algorithm>  // std::any_of, std::find_if, std::none_of
#include <numeric>    // std::iota
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "sweeps/aggregate/trial_cells.hpp"
#include "sweeps/aggregate/value_error.hpp"

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

std::string_view cost_words(ParetoCost cost) {
  if (cost == ParetoCost::parameters) return "trained parameters";
  return cost == ParetoCost::memory ? "peak memory" : "seconds of training and evaluation";
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

std::string metric_title(const RankingScope& scope) { return fmt::format("Validation {}", metric_label(scope.metric)); }

/// "macro F1 on validation rows, after a schedule of 9 epochs on 6,000 training rows"
std::string scope_title(const RankingScope& scope) {
  return fmt::format("{} on validation rows, best epoch of a schedule of {} on {} training rows", metric_label(scope.metric), scope.epochs,
                     limit_text(scope.train_limit));
}

constexpr const char* rows_95_note = " ± over rows: half of the 95 % interval that comes of the validation rows being a sample.";
constexpr const char* seeds_95_note = " ± over seeds: half of Student's 95 % t interval of the mean.";

/// Also of a column that is not there.
bool blank(const DataTable& table, std::string_view name) {
  const auto found = std::find_if(table.columns.begin(), table.columns.end(), [name](const Column& column) { return column.name == name; });
  if (found == table.columns.end()) return true;
  const auto place = static_cast<std::size_t>(found - table.columns.begin());
  return std::none_of(table.rows.begin(), table.rows.end(), [place](const std::vector<Cell>& row) { return row[place].has_value(); });
}

void drop_column(DataTable& table, std::string_view name) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) {
    if (column.name != name) names.push_back(column.name);
  }
  table = with_columns(table, names);
}

/// For people.
Section trials_section(const Aggregate& all, const TrialRanking& ranking) {
  const std::vector<std::string> keys = parameter_keys(all.sweeps, ranking.sweeps);
  const bool several = all.sweeps.size() > 1;
  DataTable table{.columns = result_columns(keys)};
  table.columns[2].label = metric_title(ranking.scope);
  add_column(table, 3, {"rows_95", Digits::interval});
  if (several) add_column(table, 0, {"sweep"});
  add_column(table, 0, {"rank"});
  bool all_complete = true;
  for (const PlacedTrial& one : placed_trials(ranking)) {
    const SweepResults& sweep = all.sweeps[one.ref.sweep];
    const TrialResults& results = results_of(all.sweeps, one.ref);
    all_complete = all_complete && results.trial.phase == TrialPhase::complete;
    std::vector<Cell> cells = result_cells(sweep, results, keys);
    if (cells.back()) cells.back() = shortened(results.trial.error, short_error);
    cells[cells.size() - 2] = text_cell(results.config_hash.substr(0, short_hash));
    cells.insert(cells.begin() + 3, value_of(results.trial) ? cell_of(row_half_width(sweep, results)) : Cell());
    if (several) cells.insert(cells.begin(), Cell(all.names[one.ref.sweep]));
    cells.insert(cells.begin(), one.rank > 0 ? number_cell(one.rank) : Cell());
    table.rows.push_back(std::move(cells));
  }
  for (const char* const name : {"error", "rows_95"}) {
    if (blank(table, name)) drop_column(table, name);
  }
  Section section{.name = "trials",
                  .caption = fmt::format("Trials by {}", scope_text(ranking.scope)),
                  .paper_caption = fmt::format("Trials by {}.{}", scope_title(ranking.scope), blank(table, "rows_95") ? "" : rows_95_note),
                  .table = std::move(table),
                  .paper_columns = {"rank", "sweep", "trial"}};
  section.paper_columns.insert(section.paper_columns.end(), keys.begin(), keys.end());
  if (!all_complete) section.paper_columns.emplace_back("state");
  section.paper_columns.insert(section.paper_columns.end(), {"epochs", "value", "rows_95"});
  return section;
}

/// A row's cells that tell a configuration: rank, and its values.
std::vector<Cell> configuration_cells(const Aggregate& all, const RankedConfiguration& configuration, std::size_t rank,
                                      const std::vector<std::string>& keys) {
  const TrialRef& first = configuration.trials.front();
  std::vector<Cell> cells = {number_cell(static_cast<std::int64_t>(rank) + 1)};
  for (const std::string& key : keys) cells.push_back(parameter_cell(all.sweeps[first.sweep], results_of(all.sweeps, first), key));
  return cells;
}

/// The sweeps that a configuration's trials are of.
std::string sweeps_text(const Aggregate& all, const RankedConfiguration& configuration) {
  std::set<std::size_t> sweeps;
  for (const TrialRef& ref : configuration.trials) sweeps.insert(ref.sweep);
  std::vector<std::string> names;
  for (const std::size_t sweep : sweeps) names.push_back(all.names[sweep]);
  return fmt::format("{}", fmt::join(names, ", "));
}

Section configurations_section(const Aggregate& all, const TrialRanking& ranking) {
  const std::vector<std::string> keys = parameter_keys(all.sweeps, ranking.sweeps);
  const bool several = all.sweeps.size() > 1;
  DataTable table{.columns = {{"rank"}}};
  if (several) table.columns.push_back({"sweep"});
  for (const std::string& key : keys) table.columns.push_back({key});
  table.columns.insert(table.columns.end(), {{"state"},
                                             {"seeds"},
                                             {"mean", Digits::measured, metric_title(ranking.scope)},
                                             {"seeds_95", Digits::interval},
                                             {"rows_95", Digits::interval},
                                             {"config_hash"}});
  bool all_complete = true;
  for (std::size_t rank = 0; rank < ranking.configurations.size(); ++rank) {
    const RankedConfiguration& configuration = ranking.configurations[rank];
    const TrialResults& results = results_of(all.sweeps, configuration.trials.front());
    const ValueError error = error_of(all.sweeps, configuration);
    all_complete = all_complete && configuration.complete;
    std::vector<Cell> cells = configuration_cells(all, configuration, rank, keys);
    if (several) cells.insert(cells.begin() + 1, Cell(sweeps_text(all, configuration)));
    cells.insert(cells.end(),
                 {std::string(to_word(results.trial.phase)), number_cell(std::ssize(configuration.trials)), configuration.value.mean,
                  cell_of(error.seeds), cell_of(error.rows), text_cell(results.config_hash.substr(0, short_hash))});
    table.rows.push_back(std::move(cells));
  }
  if (blank(table, "rows_95")) drop_column(table, "rows_95");
  Section section{.name = "configurations",
                  .caption = fmt::format("Configurations by the mean over seeds, with half of its 95 % interval (Student's t): {}",
                                         scope_text(ranking.scope)),
                  .paper_caption = fmt::format("Configurations by the mean over seeds of {}.{}{}", scope_title(ranking.scope),
                                               seeds_95_note, blank(table, "rows_95") ? "" : rows_95_note),
                  .table = std::move(table),
                  .paper_columns = {"rank"}};
  if (several) section.paper_columns.emplace_back("sweep");
  section.paper_columns.insert(section.paper_columns.end(), keys.begin(), keys.end());
  if (!all_complete) section.paper_columns.emplace_back("state");
  section.paper_columns.insert(section.paper_columns.end(), {"seeds", "mean", "seeds_95", "rows_95"});
  return section;
}

Section importance_section(const Aggregate& all, const HyperparameterImportance& importance) {
  Section section{.name = "importance", .paper_columns = {"parameter", "share", "low_95", "high_95"}};
  section.caption = fmt::format("Importance: shares of the variance of the value up to epoch {} over {} configurations (functional ANOVA)",
                                importance.epoch, importance.configurations);
  section.paper_caption = fmt::format(
      "Share of the variance of the value after epoch {} that each hyperparameter explains by itself, by functional ANOVA over {} "
      "configurations, with the range of 95 % of the trees.",
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

Section pareto_section(const Aggregate& all, const TrialRanking& ranking, ParetoCost cost) {
  const std::vector<std::string> keys = parameter_keys(all.sweeps, ranking.sweeps);
  const bool several = all.sweeps.size() > 1;
  DataTable table{.columns = {{"rank"}}};
  for (const std::string& key : keys) table.columns.push_back({key});
  table.columns.push_back({std::string(to_word(cost)), cost == ParetoCost::seconds ? Digits::seconds : Digits::count});
  table.columns.push_back({"value", Digits::measured, metric_title(ranking.scope)});
  table.columns.push_back({"seeds_95", Digits::interval});
  table.columns.push_back({"rows_95", Digits::interval});
  if (several) table.columns.push_back({"sweep"});
  table.columns.push_back({"trial"});
  const std::vector<ParetoPoint> points = pareto_points(all.sweeps, ranking, cost);
  for (const ParetoPoint& point : points) {
    if (!point.best) continue;
    const RankedConfiguration& configuration = ranking.configurations[point.rank];
    const ValueError error = error_of(all.sweeps, configuration);
    std::vector<Cell> cells = configuration_cells(all, configuration, point.rank, keys);
    cells.insert(cells.end(), {point.cost, point.value, cell_of(error.seeds), cell_of(error.rows)});
    if (several) cells.emplace_back(all.names[configuration.trials.front().sweep]);
    cells.push_back(number_cell(results_of(all.sweeps, configuration.trials.front()).number));
    table.rows.push_back(std::move(cells));
  }
  for (const char* const name : {"seeds_95", "rows_95"}) {
    if (blank(table, name)) drop_column(table, name);
  }
  Section section{.name = "pareto",
                  .caption = fmt::format("Unbeaten by {} and {}: {} of {} complete configurations", to_word(cost),
                                         scope_text(ranking.scope), table.rows.size(), points.size()),
                  .paper_caption = fmt::format("Configurations that no other of {} beats both in {} and in {}.", points.size(),
                                               cost_words(cost), scope_title(ranking.scope)),
                  .table = std::move(table)};
  for (const Column& column : section.table.columns) section.paper_columns.push_back(column.name);
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
  for (const char* const name : {"rank", "mean", "low_95", "high_95", "rows_95"}) table.columns.push_back({name, Digits::measured});
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
      const TrialResults& results = results_of(all.sweeps, placed.ref);
      cells.push_back(value_of(results.trial) ? cell_of(row_half_width(all.sweeps[placed.ref.sweep], results)) : Cell());
      table.rows.push_back(std::move(cells));
    }
  }
  return table;
}

std::vector<Section> sections_of(const Aggregate& all) {
  std::vector<Section> sections;
  for (const AggregatedRanking& one : all.rankings) {
    sections.push_back(trials_section(all, one.ranking));
    if (has_several_seeds(one.ranking)) sections.push_back(configurations_section(all, one.ranking));
    for (const HyperparameterImportance& importance : one.importances) {
      if (importance.shares) sections.push_back(importance_section(all, importance));
    }
  }
  return sections;
}

std::vector<Section> pareto_sections(const Aggregate& all, ParetoCost cost) {
  std::vector<Section> sections;
  for (const AggregatedRanking& one : all.rankings) sections.push_back(pareto_section(all, one.ranking, cost));
  return sections;
}

}  // namespace agsweep
