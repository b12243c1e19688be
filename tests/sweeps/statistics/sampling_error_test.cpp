#include "sweeps/statistics/sampling_error.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "base/philox.hpp"

namespace agsweep {
namespace {

const ConfusionCounts counts = {{160, 25, 5, 0}, {12, 90, 3, 0}, {20, 0, 140, 10}, {0, 0, 20, 15}};

double metric_of(Metric metric, const ConfusionCounts& of) {
  double right = 0, rows = 0, f1 = 0, weighted = 0, precision = 0, recall = 0, classes = 0;
  for (std::size_t k = 0; k < of.size(); ++k) {
    double truth = 0, taken = 0;
    for (std::size_t i = 0; i < of.size(); ++i) {
      truth += static_cast<double>(of[k][i]);
      taken += static_cast<double>(of[i][k]);
    }
    const auto hit = static_cast<double>(of[k][k]);
    right += hit;
    rows += truth;
    if (truth + taken == 0) continue;
    ++classes;
    f1 += 2 * hit / (truth + taken);
    weighted += truth * 2 * hit / (truth + taken);
    precision += taken > 0 ? hit / taken : 0;
    recall += truth > 0 ? hit / truth : 0;
  }
  switch (metric) {
    case Metric::f1_macro:
      return f1 / classes;
    case Metric::f1_weighted:
      return weighted / rows;
    case Metric::precision_macro:
      return precision / classes;
    case Metric::recall_macro:
      return recall / classes;
    default:
      return right / rows;
  }
}

/// The standard deviation over samples of the rows drawn with replacement.
double bootstrap(Metric metric) {
  std::vector<std::pair<std::size_t, std::size_t>> rows;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (std::size_t j = 0; j < counts.size(); ++j) rows.insert(rows.end(), static_cast<std::size_t>(counts[i][j]), {i, j});
  }
  PhiloxStream random(7, 0);
  constexpr int resamples = 4000;
  double sum = 0, squares = 0;
  for (int sample = 0; sample < resamples; ++sample) {
    ConfusionCounts drawn(counts.size(), std::vector<std::int64_t>(counts.size()));
    for (std::size_t r = 0; r < rows.size(); ++r) {
      const auto& [i, j] = rows[random.below(static_cast<std::uint32_t>(rows.size()))];
      ++drawn[i][j];
    }
    const double value = metric_of(metric, drawn);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / resamples;
  return std::sqrt(squares / resamples - mean * mean);
}

TEST(SamplingError, OfAccuracyIsTheBinomials) { EXPECT_NEAR(*sampling_error(Metric::accuracy, counts), std::sqrt(.81 * .19 / 500), 1e-12); }

TEST(SamplingError, IsTheBootstrapsOverRows) {
  for (const Metric metric : {Metric::f1_macro, Metric::f1_weighted, Metric::precision_macro, Metric::recall_macro, Metric::accuracy}) {
    EXPECT_NEAR(*sampling_error(metric, counts) / bootstrap(metric), 1, 0.04) << to_word(metric);
  }
}

TEST(SamplingError, IsNotKnownOfTheLossNorWithoutRows) {
  EXPECT_FALSE(sampling_error(Metric::loss, counts));
  EXPECT_FALSE(sampling_error(Metric::accuracy, {}));
  EXPECT_FALSE(sampling_error(Metric::f1_macro, {{0, 0}, {0, 0}}));
}

TEST(SamplingError, IsNoneOfAClassifierThatIsAlwaysRight) { EXPECT_NEAR(*sampling_error(Metric::f1_macro, {{7, 0}, {0, 5}}), 0, 1e-12); }

}  // namespace
}  // namespace agsweep
