#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "sweeps/journal/journal_line.hpp"
#include "sweeps/journal/trial_numbers.hpp"

namespace agsweep {

/// A trial that waits in a journal for somebody to run it, as Optuna's study.enqueue_trial leaves it there.
struct WaitingTrial {
  std::int64_t in_journal = 0;  // its number there
  nlohmann::json parameters;    // a value by key; whatever somebody wrote
  bool operator==(const WaitingTrial&) const = default;
};

/// A journal's trials as its lines come, whoever writes them: their numbers, and which of them wait.
class JournalTrials {
 public:
  /// Another program's line: it may add a trial, or have begun or ended one that waited.
  void take_in(const JournalLine& line);

  /// An own line that adds a trial, in its place in the file: one that runs is the sweep's next, any other one waits.
  void add(const JournalLine& line);
  /// Any other own line with the journal's number in place of the sweep's. One about a trial that waits names it by `waiting_id`, the
  /// journal's number: it begins there as the sweep's next, or ends.
  JournalLine numbered(JournalLine line);
  /// An own line in its place in the file gives a trial a state: one that waited waits no more, and is the sweep's next where it runs.
  /// @param in_journal  below numbers().total()
  void settle(std::int64_t in_journal, std::int64_t state);

  const TrialNumbers& numbers() const { return numbers_; }
  const std::vector<WaitingTrial>& waiting() const { return waiting_; }  // ascending

 private:
  void drop(std::int64_t in_journal);

  TrialNumbers numbers_;
  std::vector<WaitingTrial> waiting_;
};

/// Whether a line adds a trial.
bool adds_trial(const JournalLine& line);

}  // namespace agsweep
