#include "sweeps/reproduction/claims.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweeps/reproduction/sample_reproduction.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_support::sample_arm;
using testing_support::sample_reproduction;
using testing_support::SampleRun;

const JudgedClaim& claim(const std::vector<ClaimFamily>& families, std::string_view id) {
  for (const ClaimFamily& family : families) {
    for (const JudgedClaim& one : family.claims) {
      if (one.id == id) return one;
    }
  }
  throw std::out_of_range(std::string(id));
}

TEST(Claims, ThatHoldInEverySeedAreSupported) {
  const auto families = judge_claims(sample_reproduction(8));
  ASSERT_EQ(families.size(), 1);
  EXPECT_EQ(families[0].tested, 5);
  for (const char* id : {"scratch-better", "faster", "overfitting", "lora-gap"}) {
    EXPECT_EQ(claim(families, id).verdict.outcome, Outcome::supported) << id;
  }
  EXPECT_NEAR(claim(families, "faster").margin->mean, 1432.0 / 357 - 3.6, 1e-9);
  EXPECT_NEAR(claim(families, "overfitting").evidence.margins[0], 92.17 - 90.22 - 0.5, 1e-9);
  EXPECT_NEAR(claim(families, "lora-gap").evidence.margins[0], 1 - 0.21, 1e-9);
}

TEST(Claims, OfOneSeedAreUndecidedAndSayWhatTheyNeed) {
  const auto families = judge_claims(sample_reproduction(1));
  for (const JudgedClaim& one : families[0].claims) {
    EXPECT_EQ(one.verdict.outcome, Outcome::undecided) << one.id;
    EXPECT_EQ(one.verdict.missing, "needs 8 seeds, has 1") << one.id;
  }
}

TEST(Claims, ThatFailInEverySeedAreContradicted) {
  Reproduced reproduced = sample_reproduction(8);
  reproduced.arms.erase("scratch");
  reproduced.arms.emplace("scratch", sample_arm("scratch", "scratch", std::vector<SampleRun>(8, {.test_f1 = 0.75, .train_seconds = 3000})));
  const auto families = judge_claims(reproduced);
  EXPECT_EQ(claim(families, "scratch-better").verdict.outcome, Outcome::contradicted);
  EXPECT_EQ(claim(families, "faster").verdict.outcome, Outcome::contradicted);
  EXPECT_EQ(claim(families, "test-above-validation").verdict.outcome, Outcome::contradicted);
}

TEST(Claims, OfOneModelAloneAreAFamilyOfTheirOwn) {
  Reproduced reproduced = sample_reproduction(7);
  reproduced.plan.models = {"scratch"};
  reproduced.arms.erase("gpt2-lora");
  const auto families = judge_claims(reproduced);
  EXPECT_EQ(families[0].tested, 2);
  EXPECT_EQ(claim(families, "faster").not_run, "not trained: gpt2-lora");
  EXPECT_EQ(claim(families, "overfitting").verdict.outcome, Outcome::supported);  // 7 seeds suffice for two claims
}

TEST(Claims, OfAMadeUpCorpusHaveNoVerdict) {
  Reproduced reproduced = sample_reproduction(8);
  for (auto& [name, arm] : reproduced.arms) arm.sweep.recorded.synthetic = true;
  const auto families = judge_claims(reproduced);
  for (const JudgedClaim& one : families[0].claims) {
    EXPECT_EQ(one.verdict.outcome, Outcome::undecided) << one.id;
    EXPECT_THAT(one.verdict.missing, HasSubstr("synthetic corpus")) << one.id;
  }
}

TEST(Claims, CountNoTrainingThatFailedForAnotherReason) {
  Reproduced reproduced = sample_reproduction(9);
  reproduced.plan.claims = ClaimScope::all;
  for (const auto& [name, model] : {std::pair("scratch-lr-5e-3", "scratch"), std::pair("gpt2-lora-lr-5e-5", "gpt2-lora")}) {
    TestedModel arm = sample_arm(name, model, std::vector<SampleRun>(9));
    for (std::size_t i = 0; i < 8; ++i) {
      arm.sweep.results.trials[i].trial.phase = TrialPhase::failed;
      arm.sweep.results.trials[i].trial.error = "cannot make this folder: No space left on device";
    }
    reproduced.arms.emplace(name, std::move(arm));
  }
  const auto families = judge_claims(reproduced);
  for (const char* id : {"rate-5e-3-diverges", "lora-5e-5-unstable"}) {
    EXPECT_EQ(claim(families, id).evidence.margins.size(), 1) << id;
    EXPECT_THAT(claim(families, id).details, HasSubstr("8 trainings failed otherwise")) << id;
  }
}

TEST(Claims, AboutModelsWithoutACommonSeedAreUndecided) {
  Reproduced reproduced = sample_reproduction(2);
  reproduced.arms.at("scratch").runs.erase(reproduced.arms.at("scratch").runs.begin());
  reproduced.arms.at("gpt2-lora").runs.pop_back();
  const JudgedClaim one = claim(judge_claims(reproduced), "scratch-better");
  EXPECT_EQ(one.verdict.outcome, Outcome::undecided);
  EXPECT_EQ(one.verdict.missing, "needs 8 seeds, has 0");
}

TEST(Claims, AboutAGapAreUndecidedOnFewRows) {
  Reproduced reproduced = sample_reproduction(8);
  EXPECT_EQ(claim(judge_claims(reproduced), "lora-gap").verdict.outcome, Outcome::supported);
  for (TrialResults& trial : reproduced.arms.at("gpt2-lora").sweep.results.trials) {
    for (nlohmann::json& one : trial.result["final"]["val"]["per_class"]) one["support"] = 15;
  }
  EXPECT_THAT(claim(judge_claims(reproduced), "lora-gap").verdict.missing, HasSubstr("other rows"));
}

TEST(Claims, CountATrainingThatFailedAsDiverged) {
  Reproduced reproduced = sample_reproduction(9);
  reproduced.plan.claims = ClaimScope::all;
  TestedModel diverged = sample_arm("scratch-lr-5e-3", "scratch", std::vector<SampleRun>(9));
  for (TrialResults& trial : diverged.sweep.results.trials) {
    trial.trial.phase = TrialPhase::failed;
    trial.trial.error = "the gradient's norm is not finite at step 7";
  }
  diverged.runs.clear();
  reproduced.arms.emplace("scratch-lr-5e-3", std::move(diverged));
  const auto families = judge_claims(reproduced);
  const JudgedClaim& one = claim(families, "rate-5e-3-diverges");
  EXPECT_EQ(one.verdict.outcome, Outcome::supported);
  EXPECT_EQ(one.margin->mean, 25);
  EXPECT_THAT(one.details, StartsWith("9 trainings failed"));
  EXPECT_EQ(families[1].tested, 0);
}

TEST(Deviations, NameWhatIsNotTheRealExperiment) {
  Reproduced reproduced = sample_reproduction(1);
  EXPECT_TRUE(deviations_of(reproduced).shown.empty());
  reproduced.rows[0] = 64'366;
  EXPECT_THAT(deviations_of(reproduced).shown, testing::ElementsAre("64366 of 108000 training rows"));
  EXPECT_TRUE(deviations_of(reproduced).decisive.empty()) << "fewer rows are judged all the same";
  for (TrialResults& trial : reproduced.arms.at("gpt2-lora").sweep.results.trials) {
    trial.result["params_total"] = 5'000;
    trial.result["params_trainable"] = 1'000;
  }
  for (auto& [name, arm] : reproduced.arms) arm.sweep.recorded.max_length = 8;
  EXPECT_THAT(deviations_of(reproduced).decisive,
              testing::ElementsAre("a GPT-2 of another size than GPT-2 small", "texts of 8 tokens at most, not 128"));
  for (TrialResults& trial : reproduced.arms.at("gpt2-lora").sweep.results.trials) {
    trial.result["params_total"] = 125'256'960;
    trial.result["params_trainable"] = 814'080;
  }
  for (auto& [name, arm] : reproduced.arms) arm.sweep.recorded.max_length = 128;
  reproduced.arms.at("scratch").sweep.results.epochs = 3;
  reproduced.arms.at("gpt2-lora").sweep.recorded.random_base = true;
  EXPECT_THAT(deviations_of(reproduced).decisive, testing::ElementsAre("random GPT-2, never trained", "scratch: 3 of 50 epochs"));
}

}  // namespace
}  // namespace agsweep
