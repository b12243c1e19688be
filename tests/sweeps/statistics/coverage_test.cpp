// How often intervals hold the true mean, and how often the verdict decides where nothing is true: simulated, and printed.
#include <cmath>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/philox.hpp"
#include "sweeps/statistics/bca_interval.hpp"
#include "sweeps/statistics/mean_interval.hpp"
#include "sweeps/statistics/row_bootstrap.hpp"
#include "sweeps/statistics/sign_flip.hpp"
#include "sweeps/statistics/verdict.hpp"

namespace agsweep {
namespace {

constexpr std::uint64_t seed = 20;

std::vector<double> normal_sample(std::size_t count, PhiloxStream& random) {
  std::vector<double> values(count);
  for (double& value : values) {  // Box and Muller 1958
    value = std::sqrt(-2 * std::log(1 - random.next_unit())) * std::cos(2 * std::acos(-1.0) * random.next_unit());
  }
  return values;
}

TEST(Coverage, OfStudentsTIsWhatItSays) {
  constexpr int samples = 6000;
  fmt::print("coverage of 95 % intervals of the mean of n normal values\n   n       t     BCa\n");
  for (const std::size_t count : {3, 5, 6, 10, 20}) {
    PhiloxStream random(seed, count);
    int in_t = 0;
    int in_bca = 0;
    for (int i = 0; i < samples; ++i) {
      const std::vector<double> values = normal_sample(count, random);
      const MeanInterval t = mean_interval(values);
      in_t += std::abs(t.mean) <= *t.half_width ? 1 : 0;
      if (i % 3 == 0) in_bca += bca_interval(values, resampled_means(values, 600, random.next_u32())).contains(0) ? 3 : 0;
    }
    const double covered = static_cast<double>(in_t) / samples;
    fmt::print("{:4}  {:6.3f}  {:6.3f}\n", count, covered, static_cast<double>(in_bca) / samples);
    EXPECT_GT(covered, 0.93);
    EXPECT_LT(covered, 0.97);
  }
}

/// Two models of equal quality, trained with `seeds` seeds each: every prediction is wrong with the same chance.
PairedPredictions equal_models(std::size_t seeds, PhiloxStream& random) {
  constexpr std::size_t rows = 200;
  PairedPredictions pairs{.classes = 2, .labels = std::vector<std::uint8_t>(rows), .first = {}, .second = {}};
  for (std::size_t row = 0; row < rows; ++row) pairs.labels[row] = row % 2;
  for (std::size_t i = 0; i < 2 * seeds; ++i) {
    std::vector<std::uint8_t> predicted = pairs.labels;
    for (std::uint8_t& one : predicted) {
      if (random.below(10) == 0) one = one == 0 ? 1 : 0;
    }
    (i % 2 == 0 ? pairs.first : pairs.second).push_back(std::move(predicted));
  }
  return pairs;
}

Evidence evidence_of(const PairedPredictions& pairs) {
  Evidence evidence;
  for (std::size_t i = 0; i < pairs.first.size(); ++i) {
    evidence.margins.push_back(macro_f1(pairs.labels, pairs.first[i], 2) - macro_f1(pairs.labels, pairs.second[i], 2));
  }
  // Where the seeds do not decide the rows change nothing.
  if (sign_flip_p(evidence.margins) < 0.05) evidence.rows = row_interval(pairs, 200, 1);
  return evidence;
}

TEST(Coverage, OfVerdictsOnEqualModelsIsBelowTheLevel) {
  fmt::print("decided families of claims about models of equal quality\nclaims  seeds   share\n");
  for (const std::size_t claims : {1, 9}) {
    const std::size_t seeds = pairs_needed(claims);
    PhiloxStream random(seed, 100 + claims);
    const int families = claims == 1 ? 3000 : 400;
    int decided = 0;
    for (int i = 0; i < families; ++i) {
      std::vector<Evidence> family;
      for (std::size_t claim = 0; claim < claims; ++claim) family.push_back(evidence_of(equal_models(seeds, random)));
      bool any = false;
      for (const Verdict& verdict : judge(family)) any = any || verdict.outcome != Outcome::undecided;
      decided += any ? 1 : 0;
    }
    const double share = static_cast<double>(decided) / families;
    fmt::print("{:6}  {:5}  {:6.4f}\n", claims, seeds, share);
    EXPECT_LT(share, 0.05);
  }
}

}  // namespace
}  // namespace agsweep
