#include "sweeps/statistics/verdict.hpp"

#include <numeric>  // std::accumulate

#include <fmt/format.h>

#include "sweeps/statistics/holm.hpp"
#include "sweeps/statistics/sign_flip.hpp"

namespace agsweep {

namespace {

constexpr double level = 0.05;

Verdict judge_one(const Evidence& claim, const Verdict& tested, std::size_t needed) {
  Verdict verdict = tested;
  const std::size_t seeds = claim.margins.size();
  const double sum = std::accumulate(claim.margins.begin(), claim.margins.end(), 0.0);
  if (!claim.unfit.empty()) {
    verdict.missing = claim.unfit;
  } else if (seeds < needed) {
    verdict.missing = fmt::format("needs {} seeds, has {}", needed, seeds);
  } else if (*verdict.holm_p >= level) {
    verdict.missing = fmt::format("the seeds disagree too much (sign-flip p {:.3g} after Holm)", *verdict.holm_p);
  } else if (claim.rows && claim.rows->contains(0)) {
    verdict.missing = "other rows might say the opposite (the interval over rows includes 0)";
  } else if (claim.rows && (claim.rows->low > 0) != (sum > 0)) {
    verdict.missing = "seeds and rows point to different sides";
  } else {
    verdict.outcome = sum > 0 ? Outcome::supported : Outcome::contradicted;
  }
  return verdict;
}

}  // namespace

std::vector<Verdict> judge(std::span<const Evidence> claims) {
  std::vector<Verdict> verdicts(claims.size());
  std::vector<double> p;  // a claim without margins counts in the family all the same
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (!claims[i].margins.empty()) verdicts[i].p = sign_flip_p(claims[i].margins);
    p.push_back(verdicts[i].p.value_or(1));
  }
  const std::vector<double> adjusted = holm_adjusted(p);
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (verdicts[i].p) verdicts[i].holm_p = adjusted[i];
    verdicts[i] = judge_one(claims[i], verdicts[i], pairs_needed(claims.size()));
  }
  return verdicts;
}

}  // namespace agsweep
