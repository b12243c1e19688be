#include "workers/metrics/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace agsweep {
namespace {

ConfusionMatrix confusion(std::size_t classes, const std::vector<std::int64_t>& counts) {
  ConfusionMatrix matrix(classes);
  std::copy(counts.begin(), counts.end(), matrix.counts().begin());
  return matrix;
}

TEST(Metrics, OfASmallMatrixAreThoseComputedByHand) {
  const Metrics metrics = metrics_of(confusion(2, {3, 1, 2, 4}), 0.25);
  EXPECT_EQ(metrics.loss, 0.25);
  EXPECT_DOUBLE_EQ(metrics.accuracy, 0.7);
  EXPECT_DOUBLE_EQ(metrics.per_class[0].precision, 3.0 / 5);
  EXPECT_DOUBLE_EQ(metrics.per_class[0].recall, 3.0 / 4);
  EXPECT_DOUBLE_EQ(metrics.per_class[0].f1, 2.0 / 3);
  EXPECT_EQ(metrics.per_class[0].support, 4);
  EXPECT_DOUBLE_EQ(metrics.per_class[1].f1, 8.0 / 11);
  EXPECT_DOUBLE_EQ(metrics.f1_macro, (2.0 / 3 + 8.0 / 11) / 2);
  EXPECT_DOUBLE_EQ(metrics.f1_weighted, (4 * 2.0 / 3 + 6 * 8.0 / 11) / 10);
  EXPECT_DOUBLE_EQ(metrics.precision_macro, (3.0 / 5 + 4.0 / 5) / 2);
  EXPECT_DOUBLE_EQ(metrics.recall_macro, (3.0 / 4 + 4.0 / 6) / 2);
  EXPECT_EQ(metrics.confusion, (std::vector<std::vector<std::int64_t>>{{3, 1}, {2, 4}}));
}

TEST(Metrics, LeaveAClassWithoutRowsAndPredictionsOutOfMacroMeans) {
  const Metrics metrics = metrics_of(confusion(3, {5, 0, 0, 0, 0, 0, 0, 0, 0}), 0);
  EXPECT_EQ(metrics.accuracy, 1);
  EXPECT_EQ(metrics.per_class[1].f1, 0);
  EXPECT_EQ(metrics.f1_macro, 1);
  EXPECT_EQ(metrics.precision_macro, 1);
  EXPECT_EQ(metrics.recall_macro, 1);
  EXPECT_DOUBLE_EQ(metrics_of(confusion(3, {5, 1, 0, 0, 0, 0, 0, 0, 0}), 0).f1_macro, (10.0 / 11) / 2);  // 1 is predicted once
  EXPECT_EQ(metrics.f1_weighted, 1);
}

TEST(Metrics, OfNoRowsAreZero) {
  const Metrics metrics = metrics_of(ConfusionMatrix(4), 0);
  for (const Metric metric : enum_members<Metric>()) EXPECT_EQ(metric_value(metrics, metric), 0);
}

TEST(MetricValue, FindsEachScalarOfEpochsCsv) {
  Metrics metrics;
  metrics.loss = 1, metrics.accuracy = 2, metrics.f1_macro = 3, metrics.f1_weighted = 4, metrics.precision_macro = 5,
  metrics.recall_macro = 6;
  double expected = 1;
  for (const Metric metric : enum_members<Metric>()) EXPECT_EQ(metric_value(metrics, metric), expected++) << to_word(metric);
}

TEST(HigherIsBetter, IsTrueOfAllButALoss) {
  for (const Metric metric : enum_members<Metric>()) EXPECT_EQ(higher_is_better(metric), metric != Metric::loss) << to_word(metric);
}

TEST(MetricKey, IsTheWordWithoutTheSplit) {
  EXPECT_EQ(to_word(Metric::f1_macro), "val.f1_macro");
  EXPECT_EQ(metric_key(Metric::f1_macro), "f1_macro");
  EXPECT_EQ(from_word<Metric>("val.recall_macro"), Metric::recall_macro);
  EXPECT_EQ(from_word<Metric>("recall_macro"), std::nullopt);
}

TEST(LossStandardError, IsTheSpreadOfTheRowsLossesByTheRootOfTheirNumber) {
  // Two classes of which the right one has probability 1/2, 1/4 and 1.
  const std::vector<float> logits = {0, 0, 0, std::log(3.0F), 300, -300};
  const double losses[] = {std::log(2.0), std::log(4.0), 0};
  double mean = 0, variance = 0;
  for (const double loss : losses) mean += loss / 3;
  for (const double loss : losses) variance += (loss - mean) * (loss - mean) / 3;
  EXPECT_NEAR(loss_standard_error(logits, std::vector<std::uint8_t>{1, 0, 0}).value(), std::sqrt(variance / 3), 1e-7);
}

TEST(LossStandardError, OfNoRowsIsNotKnown) { EXPECT_FALSE(loss_standard_error({}, {})); }

}  // namespace
}  // namespace agsweep
