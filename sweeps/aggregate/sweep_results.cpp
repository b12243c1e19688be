#include "sweeps/aggregate/sweep_results.hpp"

#include <algorithm>  // std::max, std::max_element, std::min_element, std::stable_sort
#include <charconv>
#include <limits>
#include <optional>
#include <set>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_file.hpp"
#include "sweeps/journal/distribution.hpp"
#include "sweeps/journal/study.hpp"
#include "sweeps/space/resolved_spec.hpp"
#include "sweeps/space/spec_difference.hpp"
#include "sweeps/state/sweep_state.hpp"  // the names of a trial's attributes
#include "sweeps/state/trial_run.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t no_limit = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t most_asked = 1'000'000'000;  // configurations beside the spec's
constexpr std::string_view part_prefix = "part-";

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
  if (!same_space(spec.space, study.space)) {
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
  const bool varies = std::ranges::find(sweep.spec.space, "train_limit", &Parameter::key) != sweep.spec.space.end();
  sweep.train_limit = varies ? various_rows : train_limit.value_or(0);
  sweep.val_limit = whole_attribute(study.attributes, val_limit_attribute, 0).value_or(0);
  if (const auto ends = study.attributes.find(std::string(time_budget_attribute));
      ends != study.attributes.end() && ends->second.is_string()) {
    sweep.time_budget_ends = ends->second.get<std::string>();
  }
  const auto deterministic = study.attributes.find("agsweep:deterministic");
  sweep.deterministic = deterministic != study.attributes.end() && deterministic->second == true;
  if (sweep.spec.parts == 1 && !sweep.deterministic) sweep.waiting = std::ssize(study.in_journal.waiting());
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
  trial.stopped = stored.attributes.contains(std::string(stopped_attribute));
  const bool has_value = trial.phase == TrialPhase::complete || (trial.phase == TrialPhase::pruned && !trial.stopped);
  if (has_value && trial.best_epoch == 0) throw DataError("it has ended, but not as failed, before its first epoch did");
}

/// @return nullopt for a trial whose second line is not there
std::optional<SweepTrial> sweep_trial(const StudyTrial& stored, bool maximise) {
  const auto run = named_run(stored.attributes);
  if (!run) return std::nullopt;
  const auto [configuration, seed] = *run;
  if (configuration < -most_asked || seed < 0) {
    throw DataError("{}: configuration {} or seed {} is out of range", run_attribute, configuration, seed);
  }
  SweepTrial trial{.point = stored.point, .configuration = configuration, .seed = seed, .phase = phase_of(stored)};
  add_values(stored, maximise, trial);
  trial.retries = whole_attribute(stored.attributes, retries_attribute, 0).value_or(0);
  if (const auto error = stored.attributes.find(std::string(error_attribute)); error != stored.attributes.end()) {
    trial.error = error->second.is_string() ? error->second.get<std::string>() : error->second.dump();
  }
  return trial;
}

std::int64_t rows_of(const nlohmann::json& confusion) {
  std::int64_t rows = 0;
  for (const nlohmann::json& row : confusion) {
    for (const nlohmann::json& count : row) rows += count.is_number_integer() ? count.get<std::int64_t>() : 0;
  }
  return rows;
}

/// Takes away what nobody asks for, which of ten thousand trials would take half a gigabyte. The number of training rows is kept.
void drop_bulk(nlohmann::json& result) {
  const nlohmann::json::json_pointer best("/best/train"), last("/final/train"), last_val("/final/val"), confusion("/best/train/confusion");
  if (result.contains(confusion)) result["train_rows"] = rows_of(result[confusion]);
  for (const auto& split : {best, last, last_val}) {
    if (!result.contains(split) || !result[split].is_object()) continue;
    for (const char* const bulk : {"per_class", "confusion"}) result[split].erase(bulk);
  }
}

/// null for a file that is missing. @throws DataError for one that cannot be read, or was changed
nlohmann::json result_of(const fs::path& folder) {
  const fs::path path = folder / "result.json";
  std::error_code unreadable;
  if (!fs::is_regular_file(path, unreadable)) return nullptr;
  nlohmann::json result =
      read_sealed_json(path, "put it back as it was, or remove it to go on without what only it knows", {"test", "hosts", "command"});
  drop_bulk(result);
  return result;
}

double number_in(const nlohmann::json& result, const char* key) {
  const auto found = result.find(key);
  return found != result.end() && found->is_number() ? found->get<double>() : 0;
}

void add_result(TrialResults& trial) {
  trial.result = result_of(trial.folder);
  if (trial.result.is_null()) return;
  trial.seconds = number_in(trial.result, "train_seconds") + number_in(trial.result, "eval_seconds");
  const auto hash = trial.result.find("config_hash");
  if (hash != trial.result.end() && hash->is_string()) trial.config_hash = hash->get<std::string>();
}

void add_trials(const Study& study, SweepResults& sweep) {
  for (std::size_t i = 0; i < study.trials.size(); ++i) {
    const auto number = static_cast<std::int64_t>(i);
    try {
      std::optional<SweepTrial> trial = sweep_trial(study.trials[i], sweep.maximise());
      // Its writer was killed, or is just writing: the trial will begin once more with the same number.
      if (!trial && i + 1 == study.trials.size()) return;
      if (!trial) throw DataError("{} is missing", run_attribute);
      TrialResults results{.number = number, .trial = *std::move(trial), .folder = trial_folder(sweep.folder, number)};
      for (std::size_t p = 0; p < sweep.spec.space.size(); ++p) {
        const Parameter& parameter = sweep.spec.space[p];
        results.parameters[parameter.key] = value_at(parameter, results.trial.point[p]);
      }
      sweep.trials.push_back(std::move(results));
    } catch (const DataError& error) {
      throw DataError("trial {}: {}", number, error.what());
    }
  }
}

SweepResults read_folder(const fs::path& folder, bool with_results) {
  SweepResults sweep{.folder = folder, .parts = {folder}, .spec = read_resolved_spec(folder / resolved_spec_name)};
  const fs::path journal = folder / journal_name;
  const Study study = read_study(journal);
  try {
    if (!study.name.empty() && study.maximise != sweep.maximise()) {
      throw DataError("its direction is not that of {}", to_word(sweep.spec.metric));
    }
    if (!study.trials.empty()) check_space(sweep.spec, study);
    read_study_attributes(study, sweep);
    add_trials(study, sweep);
  } catch (const DataError& error) {
    throw DataError("{}: {}", journal.string(), error.what());
  }
  if (with_results) std::ranges::for_each(sweep.trials, add_result);
  return sweep;
}

/// Adds the trials of another part. One of the two may have gone on with more trials or seeds already.
void merge(SweepResults& sweep, SweepResults part) {
  part.spec.part = sweep.spec.part;  // which differs of itself
  const std::string difference = spec_difference(sweep.spec, part.spec);
  const bool has_begun = !part.data_sha256.empty() && !sweep.data_sha256.empty();
  if (difference.empty()) {
    sweep.spec = part.spec;
  } else if (!spec_difference(part.spec, sweep.spec).empty()) {
    throw DataError("{}: a part of another sweep than {}:{}", part.folder.string(), sweep.parts[0].string(), difference);
  }
  if (has_begun && part.data_sha256 != sweep.data_sha256) {
    throw DataError("{}: trained on another data.h5 than {}", part.folder.string(), sweep.parts[0].string());
  }
  if (part.epochs > 0) {
    sweep.epochs = part.epochs;
    sweep.data_sha256 = part.data_sha256;
    sweep.train_limit = part.train_limit;
    sweep.val_limit = part.val_limit;
  }
  sweep.time_budget_ends = std::max(sweep.time_budget_ends, part.time_budget_ends);  // UTC, which sorts as text
  sweep.parts.push_back(part.folder);
  sweep.trials.insert(sweep.trials.end(), part.trials.begin(), part.trials.end());
}

/// In the order in which one folder would have begun them.
void number(SweepResults& sweep) {
  const auto seed_place = [&](const TrialResults& trial) {
    return std::find(sweep.spec.seeds.begin(), sweep.spec.seeds.end(), trial.trial.seed) - sweep.spec.seeds.begin();
  };
  std::stable_sort(sweep.trials.begin(), sweep.trials.end(), [&](const TrialResults& a, const TrialResults& b) {
    return std::pair(a.trial.configuration, seed_place(a)) < std::pair(b.trial.configuration, seed_place(b));
  });
  for (std::size_t i = 0; i < sweep.trials.size(); ++i) sweep.trials[i].number = static_cast<std::int64_t>(i);
}

SweepResults read(const fs::path& folder, bool with_results) {
  std::error_code unknown;
  if (fs::status(folder, unknown).type() == fs::file_type::not_found) throw DataError("{}: there is no such folder", folder.string());
  const std::vector<fs::path> parts = folders_of_sweep(folder);
  SweepResults sweep = read_folder(parts.empty() ? folder : parts.front(), with_results);
  if (!parts.empty() && parts.front() != folder) {
    sweep.folder = folder;
    for (std::size_t i = 1; i < parts.size(); ++i) merge(sweep, read_folder(parts[i], with_results));
    sweep.spec.part = 0;
    sweep.spec.parts = 1;
    number(sweep);
  }
  const TrialCounts counts = counts_of(sweep);
  sweep.closed = counts.ended() == counts.planned();
  return sweep;
}

}  // namespace

nlohmann::json result_value(const TrialResults& trial, std::initializer_list<const char*> keys) {
  const nlohmann::json* value = &trial.result;
  for (const char* key : keys) {
    if (!value->is_object() || !value->contains(key)) return nullptr;
    value = &(*value)[key];
  }
  return *value;
}

std::optional<double> result_number(const TrialResults& trial, std::initializer_list<const char*> keys) {
  const nlohmann::json value = result_value(trial, keys);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::vector<fs::path> folders_of_sweep(const fs::path& folder) {
  std::error_code unreadable;
  if (fs::exists(folder / resolved_spec_name, unreadable)) return {folder};
  std::map<std::int64_t, fs::path> parts;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, unreadable)) {
    const std::string name = entry.path().filename().string();
    std::int64_t part = 0;
    if (!name.starts_with(part_prefix) || !fs::exists(entry.path() / resolved_spec_name, unreadable)) continue;
    const char* const digits = name.data() + part_prefix.size();
    const auto [end, error] = std::from_chars(digits, name.data() + name.size(), part);
    if (error == std::errc() && end == name.data() + name.size()) parts.emplace(part, entry.path());
  }
  std::vector<fs::path> folders;
  for (auto& [part, path] : parts) folders.push_back(std::move(path));
  return folders;
}

std::string limit_text(std::int64_t limit) {
  if (limit == various_rows) return "various";
  return limit == 0 ? "all" : fmt::format("{}", limit);
}

TrialCounts counts_of(const SweepResults& sweep) {
  TrialCounts counts;
  std::set<std::pair<std::int64_t, std::int64_t>> begun;  // configuration and seed
  for (const TrialResults& results : sweep.trials) {
    ++counts.of(results.trial.phase);
    begun.emplace(results.trial.configuration, results.trial.seed);
  }
  const std::int64_t asked = begun.empty() ? 0 : std::max<std::int64_t>(0, -begun.begin()->first);
  counts.pending = (sweep.spec.own_trials() + asked + sweep.waiting) * std::ssize(sweep.spec.seeds) - std::ssize(begun);
  return counts;
}

fs::path trial_folder(const fs::path& sweep, std::int64_t number) { return sweep / "trials" / fmt::format("{:04}", number); }

double SweepResults::best_up_to(const SweepTrial& trial, std::int64_t epoch) const {
  const auto end = trial.values.begin() + std::min<std::ptrdiff_t>(epoch, std::ssize(trial.values));
  return maximise() ? *std::max_element(trial.values.begin(), end) : *std::min_element(trial.values.begin(), end);
}

SweepResults read_sweep(const fs::path& folder) { return read(folder, true); }

SweepResults read_sweep_journal(const fs::path& folder) { return read(folder, false); }

}  // namespace agsweep
