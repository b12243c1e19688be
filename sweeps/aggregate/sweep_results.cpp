#include "sweeps/aggregate/sweep_results.hpp"

#include <algorithm>  // std::all_of, std::equal
#include <limits>
#include <optional>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/seal.hpp"
#include "sweeps/journal/distribution.hpp"
#include "sweeps/journal/journal_line.hpp"  // parse_journal_line
#include "sweeps/journal/study.hpp"
#include "sweeps/space/resolved_spec.hpp"
#include "sweeps/state/sweep_state.hpp"  // the names of a trial's attributes

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();

using Attributes = std::map<std::string, nlohmann::json>;

/// A study's or a trial's attribute that is a whole number; nullopt where there is none.
std::optional<std::int64_t> whole_attribute(const Attributes& attributes, std::string_view key, std::int64_t least) {
  const auto found = attributes.find(std::string(key));
  if (found == attributes.end()) return std::nullopt;
  const nlohmann::json& value = found->second;
  const bool huge = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(no_limit);
  if (!value.is_number_integer() || huge || value.get<std::int64_t>() < least) {
    throw DataError("{}: {} is no whole number of {} or more", key, value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace),
                    least);
  }
  return value.get<std::int64_t>();
}

/// The spec was checked when its sweep began, and nothing here depends on which options there are.
ParameterValue as_it_is(std::string_view, std::string_view, const ParameterValue& value, std::string_view) { return value; }

SweepSpec read_resolved_spec(const fs::path& path) {
  try {
    return read_sealed_spec(path, as_it_is);
  } catch (const UsageError& error) {
    throw DataError("{}", error.what());
  }
}

/// The spec's space tells what a journal's numbers stand for: only if it is the journal's.
void check_space(const SweepSpec& spec, const Study& study) {
  const auto same = [](const Parameter& a, const Parameter& b) { return a.key == b.key && distribution_json(a) == distribution_json(b); };
  if (!std::equal(spec.space.begin(), spec.space.end(), study.space.begin(), study.space.end(), same)) {
    throw DataError("its parameters are not those of {}", resolved_spec_name);
  }
}

void read_study_attributes(const Study& study, SweepResults& sweep) {
  const auto found = study.attributes.find(std::string(data_attribute));
  const auto epochs = whole_attribute(study.attributes, epochs_attribute, 1);
  const auto train_limit = whole_attribute(study.attributes, train_limit_attribute, 0);
  const bool has_data = found != study.attributes.end() && found->second.is_string();
  // The lines of a sweep that is just beginning may not all be there.
  const auto need = [&](bool there, std::string_view key) {
    if (!there && !study.trials.empty()) throw DataError("the study's attribute {} is missing", key);
  };
  need(epochs.has_value(), epochs_attribute);
  need(train_limit.has_value(), train_limit_attribute);
  need(has_data, data_attribute);
  sweep.epochs = epochs.value_or(0);
  sweep.train_limit = train_limit.value_or(0);
  if (has_data) sweep.data_sha256 = found->second.get<std::string>();
}

TrialPhase phase_of(const StudyTrial& stored) {
  switch (stored.state) {
    case TrialState::complete:
      return TrialPhase::complete;
    case TrialState::pruned:
      return TrialPhase::pruned;
    case TrialState::failed:
      return TrialPhase::failed;
    case TrialState::running:
      break;
  }
  return is_paused(stored) ? TrialPhase::paused : TrialPhase::running;
}

void add_values(const StudyTrial& stored, bool maximise, SweepTrial& trial) {
  for (const EpochValue& report : stored.reports) {
    if (report.epoch != trial.epochs() + 1) throw DataError("epoch {} was reported after epoch {}", report.epoch, trial.epochs());
    const bool better = trial.best_epoch == 0 || (maximise ? report.value > trial.value() : report.value < trial.value());
    trial.values.push_back(report.value);
    if (better) trial.best_epoch = report.epoch;
  }
  const bool has_value = trial.phase == TrialPhase::complete || trial.phase == TrialPhase::pruned;
  if (has_value && trial.best_epoch == 0) throw DataError("it has ended, but not as failed, before its first epoch did");
}

/// @return nullopt for a trial whose lines are not all there
std::optional<SweepTrial> sweep_trial(const StudyTrial& stored, bool maximise) {
  const auto configuration = whole_attribute(stored.attributes, configuration_attribute, 0);
  const auto seed = whole_attribute(stored.attributes, seed_attribute, 0);
  if (!configuration || !seed) return std::nullopt;
  SweepTrial trial{.point = stored.point, .configuration = *configuration, .seed = *seed, .phase = phase_of(stored)};
  add_values(stored, maximise, trial);
  trial.retries = whole_attribute(stored.attributes, retries_attribute, 0).value_or(0);
  if (const auto error = stored.attributes.find(std::string(error_attribute)); error != stored.attributes.end()) {
    trial.error = error->second.is_string() ? error->second.get<std::string>() : error->second.dump();
  }
  return trial;
}

/// null for a file that is missing, or no JSON object.
nlohmann::json read_result(const fs::path& path) {
  std::error_code unreadable;
  if (!fs::is_regular_file(path, unreadable)) return nullptr;
  std::string text;
  try {
    text = read_file(path);
  } catch (const DataError&) {
    return nullptr;
  }
  const std::optional<JournalLine> result = parse_journal_line(text);
  if (!result) return nullptr;
  check_seal(text, result_seal, path, "put it back as it was, or remove it to go on without what only it knows");
  return *result;
}

double number_in(const nlohmann::json& result, const char* key) {
  const auto found = result.find(key);
  return found != result.end() && found->is_number() ? found->get<double>() : 0;
}

void add_result(TrialResults& trial) {
  trial.result = read_result(trial.folder / "result.json");
  if (trial.result.is_null()) return;
  trial.seconds = number_in(trial.result, "train_seconds") + number_in(trial.result, "eval_seconds");
  const auto hash = trial.result.find("config_hash");
  if (hash != trial.result.end() && hash->is_string()) trial.config_hash = hash->get<std::string>();
}

void add_trials(const Study& study, SweepResults& sweep) {
  for (std::size_t i = 0; i < study.trials.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    try {
      std::optional<SweepTrial> trial = sweep_trial(study.trials[i], sweep.maximise);
      // Its writer was killed, or is just writing: the trial will begin once more with the same number.
      if (!trial && i + 1 == study.trials.size()) return;
      if (!trial) throw DataError("{} or {} is missing", configuration_attribute, seed_attribute);
      TrialResults results{.number = number, .trial = *std::move(trial), .folder = sweep.folder / "trials" / fmt::format("{:04}", i)};
      for (std::size_t p = 0; p < sweep.spec.space.size(); ++p) {
        const Parameter& parameter = sweep.spec.space[p];
        results.parameters[parameter.key] = value_at(parameter, results.trial.point[p]);
      }
      add_result(results);
      sweep.trials.push_back(std::move(results));
    } catch (const DataError& error) {
      throw DataError("trial {}: {}", number, error.what());
    }
  }
}

}  // namespace

SweepResults read_sweep(const fs::path& folder) {
  SweepResults sweep{.folder = folder, .spec = read_resolved_spec(folder / resolved_spec_name)};
  sweep.maximise = higher_is_better(from_word<Metric>(sweep.spec.metric).value());
  const fs::path journal = folder / journal_name;
  const Study study = read_study(journal);
  try {
    if (!study.name.empty() && study.maximise != sweep.maximise) throw DataError("its direction is not that of {}", sweep.spec.metric);
    if (!study.trials.empty()) check_space(sweep.spec, study);
    read_study_attributes(study, sweep);
    add_trials(study, sweep);
  } catch (const DataError& error) {
    throw DataError("{}: {}", journal.string(), error.what());
  }
  sweep.closed = std::all_of(sweep.trials.begin(), sweep.trials.end(), [](const TrialResults& trial) { return trial.trial.ended(); });
  return sweep;
}

}  // namespace agsweep
