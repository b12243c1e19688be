#pragma once

#include <cstddef>
#include <cstdint>
#include <set>

namespace agsweep {

/// What a trial had reached at some epoch.
struct Record {
  double score = 0;  // finite; more is better
  std::int64_t trial = 0;
};

/// The higher score first, of equals the lower trial number.
struct BetterFirst {
  bool operator()(const Record& a, const Record& b) const { return a.score != b.score ? a.score > b.score : a.trial < b.trial; }
};
using SortedRecords = std::set<Record, BetterFirst>;

/// Records in order, cut after the best floor(n / divisor) of them. Every operation takes O(log n).
class Ranking {
 public:
  /// @param divisor  1 or more
  explicit Ranking(std::int64_t divisor) : divisor_(static_cast<std::size_t>(divisor)) {}

  /// @param record  at most one a trial
  void insert(const Record& record);
  /// @param record  one that was inserted
  void erase(const Record& record);

  /// Whether this inserted record is one of the best floor(n / divisor).
  bool among_best(const Record& record) const { return best_.contains(record); }

  const SortedRecords& best() const { return best_; }
  const SortedRecords& rest() const { return rest_; }

 private:
  void move_cut();

  std::size_t divisor_;
  SortedRecords best_;
  SortedRecords rest_;
};

}  // namespace agsweep
