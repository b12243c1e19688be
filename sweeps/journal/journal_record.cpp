#include "sweeps/journal/journal_record.hpp"

#include <cmath>  // std::isfinite

#include "base/error.hpp"
#include "sweeps/journal/distribution.hpp"

namespace agsweep {

namespace {

using Json = nlohmann::ordered_json;

Json record(JournalOperation operation, std::string_view worker) {
  return {{"op_code", static_cast<std::int64_t>(operation)}, {"worker_id", worker}};
}

std::string line_of(const Json& record) { return record.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json attribute(std::string_view key, const nlohmann::json& value) {
  Json object = Json::object();
  object[std::string(key)] = Json(value);
  return object;
}

std::string journal_time(std::string_view time) {
  return time.ends_with('Z') ? fmt::format("{}+00:00", time.substr(0, time.size() - 1)) : std::string(time);
}

void expect_finite(double value, std::int64_t trial) {
  if (!std::isfinite(value)) throw RunTimeError("trial {}: {} is no value for the journal; it has to be finite", trial, value);
}

}  // namespace

std::string study_line(std::string_view worker, std::string_view name, bool maximise) {
  Json line = record(JournalOperation::create_study, worker);
  line["study_name"] = name;
  line["directions"] = {maximise ? 2 : 1};
  return line_of(line);
}

std::string study_attribute_line(std::string_view worker, std::string_view key, const nlohmann::json& value) {
  Json line = record(JournalOperation::study_attribute, worker);
  line["study_id"] = 0;
  line["user_attr"] = attribute(key, value);
  return line_of(line);
}

std::string metric_name_line(std::string_view worker, std::string_view name) {
  Json line = record(JournalOperation::study_system_attribute, worker);
  line["study_id"] = 0;
  line["system_attr"] = attribute(metric_names_attribute, nlohmann::json::array({name}));
  return line_of(line);
}

std::string trial_line(std::string_view worker, const SearchSpace& space, const Point& point, std::string_view time) {
  Json line = record(JournalOperation::create_trial, worker);
  line["study_id"] = 0;
  line["datetime_start"] = journal_time(time);
  Json distributions = Json::object();
  Json params = Json::object();
  for (std::size_t i = 0; i < space.size(); ++i) {
    distributions[space[i].key] = distribution_json(space[i]);
    params[space[i].key] = point.at(i);
  }
  line["distributions"] = std::move(distributions);
  line["params"] = std::move(params);
  return line_of(line);
}

std::string report_line(std::string_view worker, std::int64_t trial, std::int64_t epoch, double value) {
  expect_finite(value, trial);
  Json line = record(JournalOperation::report, worker);
  line["trial_id"] = trial;
  line["step"] = epoch;
  line["intermediate_value"] = value;
  return line_of(line);
}

std::string trial_attribute_line(std::string_view worker, std::int64_t trial, std::string_view key, const nlohmann::json& value) {
  Json line = record(JournalOperation::trial_attribute, worker);
  line["trial_id"] = trial;
  line["user_attr"] = attribute(key, value);
  return line_of(line);
}

std::string finish_line(std::string_view worker, std::int64_t trial, TrialState state, std::optional<double> value, std::string_view time) {
  if (value) expect_finite(*value, trial);
  Json line = record(JournalOperation::trial_state, worker);
  line["trial_id"] = trial;
  line["state"] = static_cast<std::int64_t>(state);
  line["values"] = value ? Json::array({*value}) : Json();
  line["datetime_complete"] = journal_time(time);
  return line_of(line);
}

std::string waiting_line(std::string_view worker, const nlohmann::json& parameters, std::string_view mail) {
  Json line = record(JournalOperation::create_trial, worker);
  line["study_id"] = 0;
  line["datetime_start"] = nullptr;
  line["state"] = waiting_state;
  line["user_attrs"] = attribute(mail_attribute, mail);
  line["system_attrs"] = attribute("fixed_params", parameters);
  return line_of(line);
}

std::string waiting_parameter_line(std::string_view worker, std::int64_t in_journal, const Parameter& parameter, double number) {
  Json line = record(JournalOperation::trial_parameter, worker);
  line["waiting_id"] = in_journal;
  line["param_name"] = parameter.key;
  line["param_value_internal"] = number;
  line["distribution"] = distribution_json(parameter);
  return line_of(line);
}

std::string begin_waiting_line(std::string_view worker, std::int64_t in_journal, std::string_view time) {
  Json line = record(JournalOperation::trial_state, worker);
  line["waiting_id"] = in_journal;
  line["state"] = static_cast<std::int64_t>(TrialState::running);
  line["values"] = nullptr;
  line["datetime_start"] = journal_time(time);
  return line_of(line);
}

std::vector<std::string> refuse_waiting_lines(std::string_view worker, std::int64_t in_journal, std::string_view reason,
                                              std::string_view time) {
  Json why = record(JournalOperation::trial_attribute, worker);
  why["waiting_id"] = in_journal;
  why["user_attr"] = attribute(error_attribute, reason);
  Json end = record(JournalOperation::trial_state, worker);
  end["waiting_id"] = in_journal;
  end["state"] = static_cast<std::int64_t>(TrialState::failed);
  end["values"] = nullptr;
  end["datetime_complete"] = journal_time(time);
  return {line_of(why), line_of(end)};
}

}  // namespace agsweep
