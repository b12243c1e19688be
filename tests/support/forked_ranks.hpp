#pragma once

#include <functional>
#include <string>
#include <vector>

namespace agsweep::testing_support {

/// What became of a rank.
struct RankEnd {
  std::string said;     // what `work` returned, or the message that it threw
  int exit_status = 0;  // of its process; -1: it was still there at the deadline, and was killed
};

/// Runs `work` for each rank of a group in a process of its own, without MPI, so that one may die. Call before any thread is started.
std::vector<RankEnd> run_forked_ranks(int ranks, const std::function<std::string(int rank)>& work, double deadline_seconds = 20);

}  // namespace agsweep::testing_support
