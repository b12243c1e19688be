#include "sweeps/journal/study.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/file.hpp"
#include "sweeps/journal/distribution.hpp"
#include "sweeps/journal/journal_line.hpp"
#include "sweeps/journal/process_identity.hpp"  // own_worker_prefix

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t largest_journal = std::uintmax_t{4} << 30;
constexpr std::int64_t most_epochs = 1'000'000'000;
constexpr auto any_number = std::numeric_limits<std::int64_t>::max();

/// The journal's time as utc_now() writes it.
std::string utc_time(std::string time) {
  constexpr std::string_view offset = "+00:00";
  if (time.ends_with(offset)) time.replace(time.size() - offset.size(), offset.size(), "Z");
  return time;
}

void check_number(const Parameter& parameter, double number) {
  const bool whole = parameter.scale != Scale::log && parameter.scale != Scale::range;
  const double least = parameter.scale == Scale::values ? 0 : -0x1p53;
  const double most = parameter.scale == Scale::values ? static_cast<double>(parameter.values.size()) - 1 : 0x1p53;
  if (!std::isfinite(number)) throw DataError("params: {} is not finite", parameter.key);
  if (whole && (number != std::floor(number) || number < least || number > most)) {
    throw DataError("params: {} is {}, expected a whole number in [{}, {}]", parameter.key, number, least, most);
  }
}

/// The one entry of user_attr or system_attr.
std::pair<std::string, nlohmann::json> attribute_of(const JournalLine& line, const char* key = "user_attr") {
  const JournalLine& attribute = object_of(line, key);
  if (attribute.size() != 1) throw DataError("{} has {} entries, expected one", key, attribute.size());
  return {attribute.begin().key(), nlohmann::json(attribute.front())};
}

bool has_epoch(const StudyTrial& trial, std::int64_t epoch) {
  const auto found = std::ranges::lower_bound(trial.reports, epoch, {}, &EpochValue::epoch);
  return found != trial.reports.end() && found->epoch == epoch;
}

/// Applies lines to a study, in their order.
class Replay {
 public:
  explicit Replay(Study& study) : study_(study) {}

  /// @param text  the line as it stands in the file
  void apply(const JournalLine& line, std::string_view text) {
    const std::int64_t operation = whole_number_of(line, "op_code", 0, any_number);
    if (!text_of(line, "worker_id").starts_with(own_worker_prefix)) {
      if (JournalSeal::is_in(text)) throw DataError("it has agsweep's seal, but another program's worker_id: it was changed or damaged");
      return skip(operation, line);
    }
    JournalSeal seal = study_.seal;
    seal.check(text);
    perform(static_cast<JournalOperation>(operation), line);
    study_.seal = std::move(seal);
  }

 private:
  void perform(JournalOperation operation, const JournalLine& line) {
    switch (operation) {
      case JournalOperation::create_study:
        return create_study(line);
      case JournalOperation::study_attribute:
        return set_study_attribute(line, "user_attr", study_.attributes);
      case JournalOperation::study_system_attribute:
        return set_study_attribute(line, "system_attr", study_.system_attributes);
      case JournalOperation::create_trial:
        return create_trial(line);
      case JournalOperation::trial_parameter:
        return set_parameter(line);
      case JournalOperation::trial_state:
        return set_state(line);
      case JournalOperation::report:
        return report(line);
      case JournalOperation::trial_attribute:
        return set_attribute(line);
    }
    throw DataError("op_code {} is none of agsweep's", static_cast<std::int64_t>(operation));
  }

  void skip(std::int64_t operation, const JournalLine& line) {
    if (operation == static_cast<std::int64_t>(JournalOperation::create_study) && study_.name.empty()) {
      throw DataError("another program has made this journal");
    }
    study_.in_journal.take_in(line);
  }

  void create_study(const JournalLine& line) {
    if (!study_.name.empty()) throw DataError("a second study; the first is \"{}\"", study_.name);
    study_.name = text_of(line, "study_name");
    if (study_.name.empty()) throw DataError("study_name is empty");
    const JournalLine& directions = entry_of(line, "directions");
    if (directions != JournalLine{1} && directions != JournalLine{2})
      throw DataError("directions are {}, expected [1] or [2]", directions.dump());
    study_.maximise = directions.front() == 2;
  }

  void check_study(const JournalLine& line) const {
    if (study_.name.empty()) throw DataError("no study precedes this line");
    whole_number_of(line, "study_id", 0, 0);
  }

  void set_study_attribute(const JournalLine& line, const char* kind, std::map<std::string, nlohmann::json>& attributes) const {
    check_study(line);
    auto [key, value] = attribute_of(line, kind);
    attributes[key] = std::move(value);
  }

  void create_trial(const JournalLine& line) {
    check_study(line);
    if (line.contains("state")) {
      study_.mail.insert(text_of(object_of(line, "user_attrs"), std::string(mail_attribute).c_str()));
    } else {
      StudyTrial trial;
      trial.point = point_of(line);
      trial.datetime_start = utc_time(text_of(line, "datetime_start"));
      add(std::move(trial));
    }
    study_.in_journal.add(line);
  }

  /// Of a trial that begins. @param line  has its distributions and params
  Point point_of(const JournalLine& line) {
    const JournalLine& distributions = object_of(line, "distributions");
    if (study_.trials.empty()) {
      for (const auto& [key, value] : distributions.items()) study_.space.push_back(parameter_of(key, text_of(distributions, key.c_str())));
      distributions_ = distributions;
    }
    if (distributions != distributions_) throw DataError("distributions differ from those of the first trial");
    const JournalLine& params = object_of(line, "params");
    if (params.size() != study_.space.size()) throw DataError("params has {} entries, expected {}", params.size(), study_.space.size());
    Point point;
    for (const Parameter& parameter : study_.space) {
      point.push_back(number_of(params, parameter.key.c_str()));
      check_number(parameter, point.back());
    }
    return point;
  }

  void add(StudyTrial trial) {
    study_.events.push_back({.kind = StudyEvent::Kind::created, .trial = static_cast<std::int64_t>(study_.trials.size())});
    study_.trials.push_back(std::move(trial));
  }

  std::int64_t number_in_journal(const JournalLine& line) const {
    if (study_.in_journal.numbers().total() == 0) throw DataError("no trial precedes this line");
    return whole_number_of(line, "trial_id", 0, study_.in_journal.numbers().total() - 1);
  }

  /// Of a trial that waits. What was written before a crash is written once more.
  void set_parameter(const JournalLine& line) {
    JournalLine& values = waiting_values_[number_in_journal(line)];
    const std::string key = text_of(line, "param_name");
    values["distributions"][key] = text_of(line, "distribution");
    values["params"][key] = number_of(line, "param_value_internal");
  }

  void set_state(const JournalLine& line) {
    const std::int64_t in_journal = number_in_journal(line);
    const std::int64_t state = whole_number_of(line, "state", 0, static_cast<std::int64_t>(TrialState::failed));
    if (state != static_cast<std::int64_t>(TrialState::running)) {
      finish(line, static_cast<TrialState>(state));
    } else {
      if (study_.in_journal.numbers().own(in_journal)) throw DataError("state is 0, but the trial had begun before");
      StudyTrial trial;
      trial.point = point_of(waiting_values_[in_journal]);
      trial.datetime_start = utc_time(text_of(line, "datetime_start"));
      trial.was_waiting = true;
      add(std::move(trial));
    }
    study_.in_journal.settle(in_journal, state);
  }

  /// The trial that a line is about, and its number; null when the trial has ended, or is another program's.
  std::pair<StudyTrial*, std::int64_t> trial_of(const JournalLine& line) {
    const std::int64_t in_journal = number_in_journal(line);
    const std::optional<std::int64_t> number = study_.in_journal.numbers().own(in_journal);
    if (!number) return {nullptr, in_journal};
    StudyTrial& trial = study_.trials[static_cast<std::size_t>(*number)];
    return {trial.state == TrialState::running ? &trial : nullptr, *number};
  }

  void report(const JournalLine& line) {
    const auto [trial, number] = trial_of(line);
    const EpochValue report = {.epoch = whole_number_of(line, "step", 1, most_epochs), .value = number_of(line, "intermediate_value")};
    if (trial == nullptr || has_epoch(*trial, report.epoch)) return;
    if (!trial->reports.empty() && trial->reports.back().epoch > report.epoch) {
      throw DataError("trial {}: epoch {} follows epoch {}", number, report.epoch, trial->reports.back().epoch);
    }
    trial->reports.push_back(report);
    study_.events.push_back({.kind = StudyEvent::Kind::reported, .trial = number, .report = report});
  }

  void set_attribute(const JournalLine& line) {
    const auto [trial, number] = trial_of(line);
    auto [key, value] = attribute_of(line);
    if (trial == nullptr) return;
    trial->attributes[key] = value;
    study_.events.push_back({.kind = StudyEvent::Kind::attribute, .trial = number, .key = std::move(key), .value = std::move(value)});
  }

  void finish(const JournalLine& line, TrialState state) {
    const auto [trial, number] = trial_of(line);
    const JournalLine& values = entry_of(line, "values");
    const bool one_number = values.is_array() && values.size() == 1 && values.front().is_number();
    if (!one_number && !values.is_null()) throw DataError("values are {}, expected [number] or null", values.dump());
    if (values.is_null() && state == TrialState::complete) throw DataError("a complete trial without a value");
    const std::string time = utc_time(text_of(line, "datetime_complete"));
    if (trial == nullptr) return;
    trial->state = state;
    if (one_number) trial->value = values.front().get<double>();
    trial->datetime_complete = time;
    study_.events.push_back({.kind = StudyEvent::Kind::finished, .trial = number, .state = state});
  }

  Study& study_;
  JournalLine distributions_;                           // of the first trial
  std::map<std::int64_t, JournalLine> waiting_values_;  // distributions and params of trials that waited, by their number in the journal
};

}  // namespace

bool is_paused(const StudyTrial& trial) {
  const auto paused = trial.attributes.find(std::string(paused_attribute));
  return trial.state == TrialState::running && paused != trial.attributes.end() && paused->second == true;
}

Study replay(std::string_view text, std::string_view name, bool stop_at_damage) {
  Study study;
  study.file = name;
  Replay replay(study);
  for (std::int64_t number = 1; study.bytes < text.size(); ++number) {
    const std::size_t newline = text.find('\n', study.bytes);
    if (newline == text.npos) break;
    const std::string_view line_text = text.substr(study.bytes, newline - study.bytes);
    const std::optional<JournalLine> line = parse_journal_line(line_text);
    if (!line && newline + 1 == text.size()) break;
    try {
      if (!line) throw DataError("damaged: no JSON object");
      replay.apply(*line, line_text);
    } catch (const DataError& error) {
      study.damage = fmt::format("{}:{}: {}", name, number, error.what());
      if (stop_at_damage) break;
      throw DataError("{}", study.damage);
    }
    study.bytes = newline + 1;
  }
  study.torn_bytes = text.size() - study.bytes;
  return study;
}

Study read_study(const fs::path& path, bool stop_at_damage) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) throw DataError("{}: cannot read: it is no regular file", path.string());
  if (fs::is_regular_file(status) && fs::file_size(path, ignored) > largest_journal) {
    throw DataError("{}: it has more than {} bytes", path.string(), largest_journal);
  }
  return replay(read_file(path), path.string(), stop_at_damage);
}

}  // namespace agsweep
