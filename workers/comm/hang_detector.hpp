#pragma once

#include <optional>
#include <string>
#include <vector>

#include "workers/comm/progress.hpp"

namespace agsweep {

/// Finds the rank that keeps a job from going on, from what the ranks say of themselves. Pure: times come from the caller, in seconds.
class HangDetector {
 public:
  /// @param names  what a message calls each rank: "rank 3 (node n2)"
  /// @param limit  seconds of silence, or of no progress while another rank waits, that make a hang
  HangDetector(std::vector<std::string> names, double limit);

  /// A rank's report has arrived. A rank is watched from the first on.
  void heard(int rank, const Progress::Place& place, double now);
  /// A rank is done and will not report again.
  void left(int rank);

  /// Names the rank at fault, where it is, and the last checkpoint; nothing while all is well. A silent rank counts first, then one that
  /// stands still while another waits, then, where all wait for each other, the one that is least far.
  /// @param own  the caller's place: newer than a silent rank's last word, and in the same step
  std::optional<std::string> verdict(double now, const Progress::Place& own) const;

 private:
  struct Watched {
    std::string name;
    bool present = false;
    Progress::Place place;
    double heard = 0;     // when the last report came
    double advanced = 0;  // when its counter last went up, or its waiting began
  };
  std::vector<Watched> ranks_;
  double limit_;
};

}  // namespace agsweep
