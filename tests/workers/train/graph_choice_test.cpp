#include "workers/train/graph_choice.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

/// Tells a choice so many steps of each kind as it asks for, and one wild one among them.
GraphChoice after(double launched, double replayed) {
  GraphChoice choice(GraphsMode::automatic);
  for (int step = 0; step < 100 && !choice.decided(); ++step) {
    const double seconds = choice.uses_graphs() ? replayed : launched;
    choice.measured(choice.uses_graphs(), step == 3 ? 100 * seconds : seconds);
  }
  return choice;
}

TEST(GraphChoice, TakesWhatIsFasterInTheFirstSteps) {
  EXPECT_TRUE(after(6e-3, 1e-3).uses_graphs());
  EXPECT_FALSE(after(1e-3, 2e-3).uses_graphs());
}

TEST(GraphChoice, IsWhatWasAskedFor) {
  EXPECT_TRUE(GraphChoice(GraphsMode::on).uses_graphs());
  EXPECT_FALSE(GraphChoice(GraphsMode::off).uses_graphs());
  EXPECT_TRUE(GraphChoice(GraphsMode::off).decided().has_value());
}

TEST(GraphChoice, LaunchesFirstWhereItHasToFindOut) { EXPECT_FALSE(GraphChoice(GraphsMode::automatic).uses_graphs()); }

}  // namespace
}  // namespace agsweep
