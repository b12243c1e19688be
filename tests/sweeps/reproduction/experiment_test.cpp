#include "sweeps/reproduction/experiment.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "sweeps/space/resolved_spec.hpp"

namespace agsweep {
namespace {

Reproduction both(ClaimScope claims, double scale = 1) {
  return {.models = {"scratch", "gpt2-lora"}, .seeds = {42, 43}, .epochs_scale = scale, .claims = claims};
}

ParameterValue fixed(const SweepSpec& spec, std::string_view key) {
  const auto found = std::find_if(spec.fixed.begin(), spec.fixed.end(), [&](const FixedOption& option) { return option.key == key; });
  return found == spec.fixed.end() ? ParameterValue(std::string("none")) : found->value;
}

TEST(Experiment, HasThePublishedRecipes) {
  const std::vector<Arm> arms = arms_of(both(ClaimScope::main), 108'000);
  ASSERT_EQ(arms.size(), 2);
  const SweepSpec scratch = spec_of(arms[0], arms[0].rates, both(ClaimScope::main), 108'000);
  EXPECT_EQ(fixed(scratch, "epochs"), ParameterValue(std::int64_t{50}));
  EXPECT_EQ(fixed(scratch, "warmup_steps"), ParameterValue(std::int64_t{2000}));
  EXPECT_EQ(scratch.space[0].values, std::vector<ParameterValue>{1e-3});
  EXPECT_EQ(scratch.seeds, (std::vector<std::int64_t>{42, 43}));
  const SweepSpec lora = spec_of(arms[1], arms[1].rates, both(ClaimScope::main), 108'000);
  EXPECT_EQ(fixed(lora, "epochs"), ParameterValue(std::int64_t{10}));
  EXPECT_EQ(fixed(lora, "warmup_steps"), ParameterValue(std::int64_t{500}));
  EXPECT_EQ(lora.space[0].values, std::vector<ParameterValue>{2e-5});
}

TEST(Experiment, ScalesEpochsAndWarmUp) {
  const Reproduction tenth = both(ClaimScope::main, 0.1);
  const std::vector<Arm> arms = arms_of(tenth, 108'000);
  const SweepSpec scratch = spec_of(arms[0], arms[0].rates, tenth, 108'000);
  EXPECT_EQ(fixed(scratch, "epochs"), ParameterValue(std::int64_t{5}));
  EXPECT_EQ(fixed(scratch, "warmup_steps"), ParameterValue(std::int64_t{200}));
  EXPECT_EQ(fixed(spec_of(arms[0], arms[0].rates, tenth, 400), "warmup_steps"), ParameterValue(std::int64_t{4})) << "30 % of 15 steps";
  EXPECT_EQ(scaled_epochs(10, 0.001), 1);
}

TEST(Experiment, TrainsWhatAnArmDependsOnBeforeIt) {
  const std::vector<Arm> arms = arms_of(both(ClaimScope::all), 108'000);
  std::set<std::string> trained;
  for (const Arm& arm : arms) {
    EXPECT_TRUE(arm.rate_of.empty() || trained.contains(arm.rate_of)) << arm.name;
    EXPECT_TRUE(trained.insert(arm.name).second) << arm.name << " is there twice";
    EXPECT_FALSE(arm.rates.size() > 1 && arm.tested) << "a search reads no test row";
  }
  EXPECT_EQ(arms.size(), 19);
}

TEST(Experiment, SearchesBothRatesOverAnEqualBudget) {
  std::set<std::pair<std::size_t, std::int64_t>> budgets;
  for (const Arm& arm : arms_of(both(ClaimScope::all), 108'000)) {
    if (arm.rates.size() > 1) budgets.emplace(arm.rates.size(), arm.epochs);
  }
  EXPECT_EQ(budgets.size(), 1);
}

TEST(Experiment, LeavesOutFewRowsThatTheCorpusHasNot) {
  const auto few = [](std::int64_t rows) {
    const std::vector<Arm> arms = arms_of(both(ClaimScope::all), rows);
    return std::count_if(arms.begin(), arms.end(), [](const Arm& arm) { return arm.name.ends_with("-rows"); });
  };
  EXPECT_EQ(few(108'000), 6);
  EXPECT_EQ(few(1'000), 2);
  EXPECT_EQ(few(100), 0);
}

}  // namespace
}  // namespace agsweep
