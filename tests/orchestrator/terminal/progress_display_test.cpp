#include "orchestrator/terminal/progress_display.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/table.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing::Not;

/// ProgressDisplay into a string, by a clock that the test sets.
struct Recorded {
  explicit Recorded(const ProgressStyle& style) : progress(out, style, [this] { return now; }) {}
  double now = 100;
  std::ostringstream out;
  ProgressDisplay progress;
};

TEST(ProgressDisplay, WritesALineEveryFiveSecondsWithRateAndTimeLeft) {
  Recorded run({});
  run.progress.begin("train", "steps", 1000);
  for (int second = 1; second <= 11; ++second) {
    run.now = 100 + second;
    run.progress.update(second * 20, "loss 0.5");
  }
  EXPECT_EQ(run.out.str(),
            "train 100/1000  20 steps/s  0:45 left  loss 0.5\n"
            "train 200/1000  20 steps/s  0:40 left  loss 0.5\n");
}

TEST(ProgressDisplay, AlwaysWritesTheEnd) {
  Recorded run({});
  run.progress.begin("train", "steps", 10);
  run.now += 2;
  run.progress.update(10);
  EXPECT_EQ(run.out.str(), "train 10/10  5.00 steps/s  0:02\n");
}

TEST(ProgressDisplay, LeavesEarlierWorkOutOfTheRate) {
  Recorded run({});
  run.progress.begin("train", "steps", 1000, 900);
  run.now += 10;
  run.progress.update(950);
  EXPECT_THAT(run.out.str(), HasSubstr("950/1000  5.00 steps/s  0:10 left"));
}

TEST(ProgressDisplay, RedrawsABarAtMostTenTimesASecond) {
  Recorded run({.bar = true, .colour = false, .width = 80});
  run.progress.begin("train", "steps", 1000);
  for (int i = 1; i <= 100; ++i) {
    run.now = 100 + i * 0.01;
    run.progress.update(i);
  }
  const std::string text = run.out.str();
  const auto redraws = std::count(text.begin(), text.end(), '\r');
  EXPECT_GE(redraws, 8);
  EXPECT_LE(redraws, 10);
}

TEST(ProgressDisplay, KeepsABarWithinTheTerminalsWidth) {
  for (const std::size_t width : {20U, 60U}) {
    Recorded run({.bar = true, .colour = false, .width = width});
    run.progress.begin("train", "steps", 1000);
    run.now += 1;
    run.progress.update(500, "Überlänge loss 0.123456789 val.f1_macro 0.123456789");
    EXPECT_LT(text_width(run.out.str()) - 4, width);  // without \r and ESC[K
  }
}

TEST(ProgressDisplay, WritesNoEscapeBytesOffATerminalAndNoColourUnasked) {
  Recorded lines({});
  Recorded bar({.bar = true, .colour = false, .width = 80});
  Recorded colour({.bar = true, .colour = true, .width = 80});
  for (Recorded* run : {&lines, &bar, &colour}) {
    run->progress.begin("train", "steps", 2);
    run->now += 9;
    run->progress.update(1);
    run->progress.message("epoch 1 is the best so far");
    run->progress.update(2);
  }
  EXPECT_THAT(lines.out.str(), Not(HasSubstr("\x1b")));
  EXPECT_THAT(bar.out.str(), Not(HasSubstr("\x1b[32m")));
  EXPECT_THAT(colour.out.str(), HasSubstr("\x1b[32m"));
}

TEST(ProgressDisplay, PutsAMessageOnALineOfItsOwn) {
  Recorded run({.bar = true, .colour = false, .width = 80});
  run.progress.begin("train", "steps", 100);
  run.now += 1;
  run.progress.update(50);
  run.progress.message("resumed at step 50");
  EXPECT_THAT(run.out.str(), HasSubstr("\r\x1b[Kresumed at step 50\n"));
}

}  // namespace
}  // namespace agsweep
