#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace agsweep {

/// Optuna numbers a journal's trials in the order of their lines, whoever added them; a sweep counts its own. The two part where another
/// program adds one (study.enqueue_trial, for one). The journal has Optuna's numbers, all else the sweep's.
class TrialNumbers {
 public:
  /// The next trial's line is the sweep's own, or another program's.
  void add_own() {
    in_journal_.push_back(total());
    own_.emplace_back(in_journal_.size() - 1);
  }
  void add_foreign() { own_.emplace_back(std::nullopt); }

  std::int64_t total() const { return static_cast<std::int64_t>(own_.size()); }
  bool parted() const { return own_.size() != in_journal_.size(); }
  /// @param own  below the number of add_own() calls
  std::int64_t in_journal(std::int64_t own) const { return in_journal_.at(static_cast<std::size_t>(own)); }
  /// @param in_journal  below total() @return nullopt for another program's
  std::optional<std::int64_t> own(std::int64_t in_journal) const { return own_.at(static_cast<std::size_t>(in_journal)); }

 private:
  std::vector<std::int64_t> in_journal_;          // by own number
  std::vector<std::optional<std::int64_t>> own_;  // by the journal's
};

}  // namespace agsweep
