#include "orchestrator/training/train_progress.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

/// What the last step of a training says.
std::string said_of(const StepReport& report) {
  std::ostringstream out;
  ProgressDisplay display(out, {}, [] { return 0.0; });
  TrainProgress progress(display, 3, default_metric);
  progress.on_start(report.step, report.step, 0);
  progress.on_step(report);
  return out.str();
}

TEST(TrainProgress, SaysHowMuchMemoryOfADeviceIsInUse) {
  EXPECT_EQ(said_of({.step = 4, .loss = 0.5, .device_memory = 12'345'678'901}), "train 4/4  0:00  epoch 1/3  loss 0.5000  GPU 12.3 GB\n");
}

TEST(TrainProgress, SaysNothingOfADeviceOnTheCpu) {
  EXPECT_EQ(said_of({.step = 4, .loss = 0.5}), "train 4/4  0:00  epoch 1/3  loss 0.5000\n");
}

}  // namespace
}  // namespace agsweep
