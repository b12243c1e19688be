#include "sweeps/statistics/verdict.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

using testing::HasSubstr;

Evidence evidence(std::vector<double> margins, std::optional<Interval> rows = std::nullopt) {
  return {.margins = std::move(margins), .rows = rows, .unfit = {}};
}

TEST(Verdict, SupportsWhatSeedsAndRowsAgreeOn) {
  const std::vector<Evidence> claims = {evidence(std::vector<double>(6, 0.4), Interval{0.1, 0.7})};
  EXPECT_EQ(judge(claims)[0].outcome, Outcome::supported);
}

TEST(Verdict, ContradictsWhatTheyAgreeAgainst) {
  const std::vector<Evidence> claims = {evidence(std::vector<double>(6, -0.4), Interval{-0.7, -0.1})};
  EXPECT_EQ(judge(claims)[0].outcome, Outcome::contradicted);
}

TEST(Verdict, OfTooFewSeedsSaysHowManyItNeeds) {
  const std::vector<Evidence> one = {evidence(std::vector<double>(5, 0.4))};
  EXPECT_EQ(judge(one)[0].outcome, Outcome::undecided);
  EXPECT_EQ(judge(one)[0].missing, "needs 6 seeds, has 5");
  const std::vector<Evidence> nine(9, evidence(std::vector<double>(8, 0.4)));
  EXPECT_EQ(judge(nine)[4].missing, "needs 9 seeds, has 8");
  EXPECT_EQ(judge(std::vector<Evidence>(9, evidence(std::vector<double>(9, 0.4))))[4].outcome, Outcome::supported);
}

TEST(Verdict, StaysOpenWhereOtherRowsMightSayTheOpposite) {
  const std::vector<Evidence> claims = {evidence(std::vector<double>(6, 0.4), Interval{-0.1, 0.9})};
  EXPECT_EQ(judge(claims)[0].outcome, Outcome::undecided);
  EXPECT_THAT(judge(claims)[0].missing, HasSubstr("other rows"));
}

TEST(Verdict, StaysOpenWhereSeedsDisagree) {
  const std::vector<Evidence> claims = {evidence({0.4, 0.3, -0.2, 0.4, 0.1, -0.3})};
  EXPECT_THAT(judge(claims)[0].missing, HasSubstr("disagree"));
}

TEST(Verdict, OfNoDifferenceIsUndecided) {
  const Verdict verdict = judge(std::vector<Evidence>{evidence(std::vector<double>(10, 0.0), Interval{0, 0})})[0];
  EXPECT_EQ(verdict.outcome, Outcome::undecided);
  EXPECT_EQ(verdict.p, 1);
}

TEST(Verdict, WithoutAnyMarginNeedsSeeds) {
  const Verdict verdict = judge(std::vector<Evidence>{evidence({})})[0];
  EXPECT_EQ(verdict.missing, "needs 6 seeds, has 0");
  EXPECT_FALSE(verdict.p.has_value());
}

TEST(Verdict, OfUnfitEvidenceSaysWhy) {
  Evidence claim = evidence(std::vector<double>(8, 1.0));
  claim.unfit = "unequal tuning";
  const Verdict verdict = judge(std::vector<Evidence>{claim})[0];
  EXPECT_EQ(verdict.outcome, Outcome::undecided);
  EXPECT_EQ(verdict.missing, "unequal tuning");
}

TEST(Verdict, HoldsTheFamilyToTheLevel) {
  // p is 2/64 = 0.031 each: alone it decides, beside another undecided claim it does not.
  const Evidence weak = evidence(std::vector<double>(7, 0.4));
  EXPECT_EQ(judge(std::vector<Evidence>{weak, weak})[0].outcome, Outcome::supported);
  Evidence six = evidence({0.4, 0.4, 0.4, 0.4, 0.4, 0.4});
  EXPECT_EQ(judge(std::vector<Evidence>{six, evidence({0.1, -0.1})})[0].outcome, Outcome::undecided);
}

}  // namespace
}  // namespace agsweep
