#include "sweeps/comparison/comparison.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/sweeps/aggregate/made_up_sweep.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::made_up_sweep;
using testing_support::made_up_trial;

constexpr std::size_t rows = 400;

/// A model with these seeds that has each `period`-th of two classes' rows wrong, a row more for each further seed.
TestedModel model(std::string name, const std::vector<std::int64_t>& seeds, std::size_t period) {
  TestedModel model;
  model.name = std::move(name);
  model.sweep.results.data_sha256 = "d";
  model.sweep.recorded.class_names = {"a", "b"};
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    TestedRun run{.seed = seeds[i]};
    for (std::size_t row = 0; row < rows; ++row) {
      const auto label = static_cast<std::uint8_t>(row % 2);
      const bool wrong = row % period == 0 || row == 2 * i + 1;
      run.labels.push_back(label);
      run.predicted.push_back(wrong ? static_cast<std::uint8_t>(1 - label) : label);
    }
    model.runs.push_back(std::move(run));
  }
  return model;
}

TEST(Comparison, OfAClearDifferenceOverSixSeedsDecides) {
  const std::vector<std::int64_t> seeds = {1, 2, 3, 4, 5, 6};
  const Comparison comparison = compare(model("good", seeds, 50), model("bad", seeds, 5));
  EXPECT_GT(comparison.difference.mean, 0.1);
  EXPECT_EQ(comparison.seeds.size(), 6);
  EXPECT_FALSE(comparison.bca.has_value());
  EXPECT_EQ(verdict_text(comparison, verdict_of(comparison)), "good is better");
  const Comparison mirrored = compare(model("bad", seeds, 5), model("good", seeds, 50));
  EXPECT_EQ(verdict_text(mirrored, verdict_of(mirrored)), "good is better");
}

TEST(Comparison, OfThreeSeedsSaysHowManyItNeeds) {
  const Comparison comparison = compare(model("a", {1, 2, 3}, 50), model("b", {1, 2, 3}, 5));
  EXPECT_EQ(verdict_text(comparison, verdict_of(comparison)), "undecided: needs 6 seeds, has 3");
}

TEST(Comparison, HasABcaIntervalFromTenSeeds) {
  const std::vector<std::int64_t> seeds = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_TRUE(compare(model("a", seeds, 50), model("b", seeds, 5)).bca.has_value());
}

TEST(Comparison, OfUnequalTuningIsUndecided) {
  const std::vector<std::int64_t> seeds = {1, 2, 3, 4, 5, 6};
  TestedModel first = model("a", seeds, 50);
  TestedModel second = model("b", seeds, 5);
  first.tuning.epochs = 100;
  second.tuning.epochs = 80;
  EXPECT_EQ(verdict_of(compare(first, second)).outcome, Outcome::supported);
  second.tuning.epochs = 79;
  EXPECT_EQ(verdict_text(compare(first, second), verdict_of(compare(first, second))), "undecided: unequal tuning");
  second.tuning.epochs = 0;
  EXPECT_EQ(verdict_of(compare(first, second)).missing, "unequal tuning");
}

TEST(Comparison, PairsSeedsThatBothHave) {
  const Comparison comparison = compare(model("a", {1, 2, 7}, 50), model("b", {2, 3}, 5));
  ASSERT_EQ(comparison.seeds.size(), 1);
  EXPECT_EQ(comparison.seeds[0].seed, 2);
  EXPECT_FALSE(comparison.difference.half_width.has_value());
  EXPECT_THAT(comparison.remarks, ElementsAre(HasSubstr("3 trainings have no partner")));
}

TEST(ChosenConfiguration, IsOneThatIsCompleteUnderEverySeedWhereThereIsOne) {
  SweepResults results =
      made_up_sweep({made_up_trial(0, TrialPhase::complete, {.75}, 1, "lucky"), made_up_trial(0, TrialPhase::failed, {}, 2, "lucky"),
                     made_up_trial(1, TrialPhase::complete, {.5}, 1, "sound"), made_up_trial(1, TrialPhase::complete, {.5}, 2, "sound")});
  results.spec.seeds = {1, 2};
  const auto trials_of_chosen = [](const ReportedSweep& sweep) {
    std::vector<std::int64_t> numbers;
    for (const TrialResults* trial : chosen_trials(sweep)) numbers.push_back(trial->number);
    return numbers;
  };
  EXPECT_THAT(trials_of_chosen(reported_sweep(results, "s")), ElementsAre(2, 3));
  results.trials[3].trial.phase = TrialPhase::failed;
  EXPECT_THAT(trials_of_chosen(reported_sweep(results, "s")), ElementsAre(0));
}

TEST(Comparison, CountsTheRowsThatOneAloneHasRight) {
  const Comparison comparison = compare(model("a", {1}, 50), model("b", {1}, 5));
  EXPECT_EQ(comparison.seeds[0].only_first, 80 - 8);
  EXPECT_EQ(comparison.seeds[0].only_second, 0);
  EXPECT_LT(comparison.seeds[0].mcnemar_p, 1e-6);
}

TEST(Comparison, OfDifferentCorporaOrSeedsIsRefused) {
  TestedModel other = model("b", {1}, 5);
  other.sweep.results.data_sha256 = "e";
  EXPECT_THROW(compare(model("a", {1}, 50), other), DataError);
  EXPECT_THROW(compare(model("a", {1}, 50), model("b", {2}, 5)), DataError);
}

TEST(Comparison, OfOneSeedShowsWhatTheTestRowsAloneLeaveOpen) {
  const Comparison comparison = compare(model("a", {1}, 50), model("b", {1}, 50));
  EXPECT_THAT(comparison_text(comparison), HasSubstr("400 test rows: their sampling alone leaves an accuracy open by ± 0.01"));
  EXPECT_NEAR(sampling_half_width(0.92, 7600), 0.0061, 0.0001);
}

}  // namespace
}  // namespace agsweep
