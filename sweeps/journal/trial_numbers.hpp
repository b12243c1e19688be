#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace agsweep {

/// Optuna numbers a journal's trials in the order of their lines, whoever added them; a sweep counts its own in the order in which they
/// begin. The two part where another program adds one, or one waits (study.enqueue_trial). The journal has Optuna's numbers, all else the
/// sweep's.
class TrialNumbers {
 public:
  /// The next trial's line is one that the sweep begins, or none of its own (yet).
  void add_own() {
    add_foreign();
    adopt(total() - 1);
  }
  void add_foreign() { own_.emplace_back(std::nullopt); }
  /// The sweep begins a trial that was none of its own. @param in_journal  below total()
  void adopt(std::int64_t in_journal) {
    own_.at(static_cast<std::size_t>(in_journal)) = static_cast<std::int64_t>(in_journal_.size());
    parted_ = parted_ || in_journal != static_cast<std::int64_t>(in_journal_.size());
    in_journal_.push_back(in_journal);
  }

  std::int64_t total() const { return static_cast<std::int64_t>(own_.size()); }
  /// Whether some trial has two different numbers.
  bool parted() const { return parted_; }
  /// @param own  below the number of add_own() calls
  std::int64_t in_journal(std::int64_t own) const { return in_journal_.at(static_cast<std::size_t>(own)); }
  /// @param in_journal  below total() @return nullopt for one that is none of the sweep's
  std::optional<std::int64_t> own(std::int64_t in_journal) const { return own_.at(static_cast<std::size_t>(in_journal)); }

 private:
  std::vector<std::int64_t> in_journal_;          // by own number
  std::vector<std::optional<std::int64_t>> own_;  // by the journal's
  bool parted_ = false;
};

}  // namespace agsweep
