#include "sweeps/journal/journal_trials.hpp"

#include <utility>  // std::move

#include "sweeps/journal/journal_record.hpp"

namespace agsweep {

namespace {

/// An entry that another program may have written in any way; nullopt where it is no whole number.
std::optional<std::int64_t> whole(const JournalLine& line, const char* key) {
  const auto found = line.find(key);
  if (found == line.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

bool is(const JournalLine& line, JournalOperation operation) { return whole(line, "op_code") == static_cast<std::int64_t>(operation); }

/// What Optuna's enqueue_trial asks for; nullopt where the trial's line asks for nothing.
std::optional<nlohmann::json> asked_parameters(const JournalLine& line) {
  if (whole(line, "study_id") != 0 || whole(line, "state") != waiting_state) return std::nullopt;
  const auto system = line.find("system_attrs");
  if (system == line.end() || !system->is_object() || !system->contains("fixed_params")) return std::nullopt;
  return nlohmann::json(system->at("fixed_params"));
}

}  // namespace

bool adds_trial(const JournalLine& line) { return is(line, JournalOperation::create_trial); }

void JournalTrials::drop(std::int64_t in_journal) {
  std::erase_if(waiting_, [in_journal](const WaitingTrial& trial) { return trial.in_journal == in_journal; });
}

void JournalTrials::take_in(const JournalLine& line) {
  if (adds_trial(line)) {
    if (std::optional<nlohmann::json> parameters = asked_parameters(line)) {
      waiting_.push_back({.in_journal = numbers_.total(), .parameters = *std::move(parameters)});
    }
    numbers_.add_foreign();
  } else if (const auto trial = whole(line, "trial_id"); trial && is(line, JournalOperation::trial_state)) {
    drop(*trial);  // somebody runs it, or has ended it
  }
}

void JournalTrials::add(const JournalLine& line) {
  if (whole(line, "state") == waiting_state) return take_in(line);
  numbers_.add_own();
}

void JournalTrials::settle(std::int64_t in_journal, std::int64_t state) {
  drop(in_journal);
  if (state == static_cast<std::int64_t>(TrialState::running) && !numbers_.own(in_journal)) numbers_.adopt(in_journal);
}

JournalLine JournalTrials::numbered(JournalLine line) {
  if (const auto waiting = whole(line, "waiting_id")) {
    JournalLine renamed;
    for (auto& [key, value] : line.items()) renamed[key == "waiting_id" ? "trial_id" : key] = std::move(value);
    if (is(renamed, JournalOperation::trial_state)) settle(*waiting, renamed["state"].get<std::int64_t>());
    return renamed;
  }
  if (const auto own = whole(line, "trial_id"); own && numbers_.parted()) line["trial_id"] = numbers_.in_journal(*own);
  return line;
}

}  // namespace agsweep
