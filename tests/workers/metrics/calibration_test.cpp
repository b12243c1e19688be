#include "workers/metrics/calibration.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace agsweep {
namespace {

/// Logits of two classes of which the first has this probability.
void add(std::vector<float>& logits, double probability) {
  logits.push_back(static_cast<float>(std::log(probability)));
  logits.push_back(static_cast<float>(std::log(1 - probability)));
}

TEST(Calibration, IsThatComputedByHand) {
  std::vector<float> logits;
  for (const double probability : {0.9, 0.9, 0.9, 0.9, 0.7}) add(logits, probability);
  const std::vector<std::uint8_t> labels = {0, 0, 0, 1, 1};
  const Calibration calibration = calibration_of(logits, labels);
  EXPECT_EQ(calibration.right, 3);
  EXPECT_EQ(calibration.wrong, 2);
  EXPECT_NEAR(calibration.confidence_right, 0.9, 1e-6);
  EXPECT_NEAR(calibration.confidence_wrong, 0.8, 1e-6);
  EXPECT_NEAR(calibration.ece, 0.8 * std::abs(0.75 - 0.9) + 0.2 * 0.7, 1e-6);
  EXPECT_EQ(calibration.bins[13].rows, 4);  // (13/15, 14/15]
  EXPECT_NEAR(calibration.bins[13].accuracy, 0.75, 1e-12);
  EXPECT_EQ(calibration.bins[10].rows, 1);
  EXPECT_EQ(calibration.bins[0].rows, 0);
}

TEST(Calibration, TakesACertainAndAnUndecidedRow) {
  const std::vector<float> logits = {0, 0, 200, -200};
  const std::vector<std::uint8_t> labels = {0, 0};
  const Calibration calibration = calibration_of(logits, labels);
  EXPECT_EQ(calibration.bins[7].rows, 1);  // 0.5
  EXPECT_EQ(calibration.bins[14].rows, 1);
  EXPECT_EQ(calibration.confidence_wrong, 0);
}

TEST(Calibration, OfNoRowsIsNothing) { EXPECT_EQ(calibration_of({}, {}).ece, 0); }

}  // namespace
}  // namespace agsweep
