#include "sweeps/aggregate/aggregate_format.hpp"

#include "sweeps/aggregate/trial_cells.hpp"
#include "sweeps/aggregate/trial_tables.hpp"

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
          {"train_limit", ranking.scope.train_limit},
          {"val_limit", ranking.scope.val_limit},
          {"data_sha256", ranking.scope.data_sha256},
          {"sweeps", std::move(sweeps)},
          {"configurations", std::move(configurations)},
          {"trials", std::move(trials)},
          {"importance", std::move(importances)}};
}

std::string section_text(const Section& section, AggregateFormat format) {
  if (format == AggregateFormat::markdown) return markdown_text(section.table, section.caption);
  if (format == AggregateFormat::latex) return latex_text(section.table, section.caption);
  return plain_text(section.table, section.caption);
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

std::string formatted(const Aggregate& all, AggregateFormat format) {
  if (format == AggregateFormat::csv) return csv_text(trial_rows(all));
  if (format == AggregateFormat::json) {
    return aggregate_json(all).dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
  }
  std::string text;
  for (const Section& section : sections_of(all)) {
    if (!text.empty()) text += '\n';
    text += section_text(section, format);
  }
  return text;
}

}  // namespace agsweep
