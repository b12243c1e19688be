#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sweeps/reproduction/reproduced.hpp"
#include "sweeps/statistics/mean_interval.hpp"
#include "sweeps/statistics/verdict.hpp"

namespace agsweep {

/// A claim of docs/claims.md with what was measured for it.
struct JudgedClaim {
  std::string id;         // "scratch-better"
  std::string statement;  // of the experiment, or the one that nobody tested
  std::string quantity;   // of which the margin is measured, and the threshold
  std::string unit;       // of the margins
  Evidence evidence = {};
  std::string details = {};                 // what else was seen
  std::string not_run = {};                 // why it was not tested; then it is none of the family
  std::optional<MeanInterval> margin = {};  // over the seeds
  Verdict verdict = {};
};

/// The claims that the experiment made, and those that nobody tested: each a family of its own for Holm's correction.
struct ClaimFamily {
  std::string title;
  std::vector<JudgedClaim> claims;
  std::size_t tested = 0;  // of them
};

/// Every claim of the scope, judged. @return the experiment's own; with ClaimScope::all also the untested ones
std::vector<ClaimFamily> judge_claims(const Reproduced& reproduced);

}  // namespace agsweep
