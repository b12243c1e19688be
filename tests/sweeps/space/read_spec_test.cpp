#include "sweeps/space/read_spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"
#include "tests/sweeps/space/small_options.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::error_of;
using testing_support::small_options;
using testing_support::spec_of;

constexpr std::string_view whole_spec = R"(
name = "rank-dropout-lr"
model = "gpt2-lora"
metric = "val.loss"
sampler = "random"
sampler_seed = 7
trials = 24
seeds = [5]
retries = 1
keep = "all"

[fixed]
epochs = 9
precision = "bf16"
rslora = true
dropout = 0

[space]
lr = { log = [5e-5, 5e-3] }
lora_rank = { values = [2, 4, 8, 16, 32] }
lora_dropout = { range = [0.0, 0.3] }
batch_size = { log_int = [16, 256] }
warmup_steps = { int = [0, 6] }

[scheduler]
kind = "asha"
eta = 4
min_epochs = 2

[[trial]]
lora_dropout = 0.5
lr = 2e-5
lora_rank = 8
batch_size = 192
warmup_steps = 500
)";

TEST(ReadSpec, ReadsEveryKey) {
  const SweepSpec spec = spec_of(whole_spec);
  EXPECT_EQ(spec.name, "rank-dropout-lr");
  EXPECT_EQ(spec.model, "gpt2-lora");
  EXPECT_EQ(spec.metric, Metric::loss);
  EXPECT_EQ(spec.sampler, SamplerKind::random);
  EXPECT_EQ(spec.sampler_seed, 7);
  EXPECT_EQ(spec.trials, 24);
  EXPECT_THAT(spec.seeds, ElementsAre(5));
  EXPECT_EQ(spec.retries, 1);
  EXPECT_EQ(spec.keep, -1);
  EXPECT_EQ(spec.scheduler.kind, SchedulerKind::asha);
  EXPECT_EQ(spec.scheduler.eta, 4);
  EXPECT_EQ(spec.scheduler.min_epochs, 2);
}

TEST(ReadSpec, KeepsTheFilesOrderOfTheSpaceWithTheScales) {
  const SearchSpace space = spec_of(whole_spec).space;
  std::vector<std::string> keys;
  std::vector<Scale> scales;
  for (const Parameter& parameter : space) keys.push_back(parameter.key), scales.push_back(parameter.scale);
  EXPECT_THAT(keys, ElementsAre("lr", "lora_rank", "lora_dropout", "batch_size", "warmup_steps"));
  EXPECT_THAT(scales, ElementsAre(Scale::log, Scale::values, Scale::range, Scale::log_integer, Scale::integer));
  EXPECT_EQ(space[0].low, 5e-5);
  EXPECT_EQ(space[0].high, 5e-3);
  EXPECT_EQ(space[1].values.at(2), ParameterValue(std::int64_t{8}));
}

TEST(ReadSpec, GivesFixedOptionsTheTypeThatTheOptionHasAndTheirPlace) {
  const std::vector<FixedOption> fixed = spec_of(whole_spec).fixed;
  ASSERT_EQ(fixed.size(), 4);
  EXPECT_EQ(fixed[1].key, "precision");
  EXPECT_EQ(fixed[1].value, ParameterValue(std::string("bf16")));
  EXPECT_EQ(fixed[1].origin, "sweep.toml:14:1: precision");
  EXPECT_EQ(fixed[2].value, ParameterValue(true));
  EXPECT_EQ(fixed[3].value, ParameterValue(0.0));  // written as a whole number
}

TEST(ReadSpec, PutsFirstTrialsInTheOrderOfTheSpaceAndLetsThemLieOutsideItsBounds) {
  EXPECT_THAT(spec_of(whole_spec).first_trials, ElementsAre(Point{2e-5, 2, 0.5, 192, 500}));
}

TEST(ReadSpec, FillsInDefaults) {
  const SweepSpec spec = spec_of("model='scratch'\ntrials=3\nseeds=[9]\nspace.lr.log=[1e-4,1e-2]\n");
  EXPECT_EQ(spec.name, "sweep");  // the file's stem
  EXPECT_EQ(spec.metric, Metric::f1_macro);
  EXPECT_EQ(spec.sampler, SamplerKind::sobol);
  EXPECT_EQ(spec.sampler_seed, 9);  // the first of seeds
  EXPECT_EQ(spec.retries, 0);
  EXPECT_EQ(spec.keep, 3);
  EXPECT_EQ(spec.scheduler.kind, SchedulerKind::none);
  EXPECT_TRUE(spec.fixed.empty());
  EXPECT_TRUE(spec.first_trials.empty());
}

TEST(ReadSpec, CountsAGridAndTheFirstTrialsOutsideIt) {
  const SweepSpec spec = spec_of(
      "model='gpt2-lora'\nsampler='grid'\nkeep='none'\n[space]\nlora_rank={values=[2,4,8]}\nbatch_size={int=[1,4]}\n"
      "[[trial]]\nlora_rank=8\nbatch_size=2\n[[trial]]\nlora_rank=8\nbatch_size=9\n");
  EXPECT_EQ(spec.trials, 3 * 4 + 1);
  EXPECT_EQ(spec.keep, 0);
}

TEST(ReadSpec, AllowsSeveralSeedsWithoutAScheduler) {
  const SweepSpec spec = spec_of("model='scratch'\ntrials=3\nseeds=[3,1,2]\n[space]\nlr={log=[1e-4,1e-2]}\n");
  EXPECT_THAT(spec.seeds, ElementsAre(3, 1, 2));
  EXPECT_EQ(spec.sampler_seed, 3);
}

TEST(ReadSpec, TakesListsOfTextsAndOfTruthValues) {
  const SweepSpec spec =
      spec_of("model='gpt2-lora'\ntrials=3\n[space]\nprecision={values=['fp32','bf16']}\nrslora={values=[true,false]}\n");
  EXPECT_THAT(spec.space[0].values, ElementsAre(ParameterValue(std::string("fp32")), ParameterValue(std::string("bf16"))));
  EXPECT_THAT(spec.space[1].values, ElementsAre(ParameterValue(true), ParameterValue(false)));
}

TEST(ReadSpec, NamesTheFileByThePathThatItIsGiven) {
  const auto read = [] { read_spec("specs/mine.toml", "model = 3", small_options); };
  EXPECT_EQ(error_of<UsageError>(read), "specs/mine.toml:1:1: model: not a text in quotes");
  EXPECT_EQ(read_spec("specs/mine.toml", "model='scratch'\ntrials=1\nspace.lr.log=[1e-4,1e-2]", small_options).name, "mine");
}

TEST(CheckEpochs, RefusesMinEpochsAboveTheTrialsLength) {
  const SweepSpec spec = spec_of("model='scratch'\ntrials=3\n[space]\nlr={log=[1e-4,1e-2]}\n[scheduler]\nkind='median'\nmin_epochs=4\n");
  EXPECT_NO_THROW(check_epochs(spec, 4));
  EXPECT_THAT(error_of<UsageError>([&] { check_epochs(spec, 3); }), HasSubstr("min_epochs: 4 is more than the trials' 3 epochs"));
}

TEST(ReadSpec, OfAPartSaysWhichConfigurationsAreItsOwn) {
  SweepSpec spec = spec_of("model = \"scratch\"\ntrials = 8\npart = \"2/3\"\n[space]\nlr = { log = [1e-4, 1e-2] }\n[slurm]\nnodes = 2\n");
  EXPECT_EQ(spec.own_trials(), 2);
  EXPECT_TRUE(spec.has(2));
  EXPECT_FALSE(spec.has(3));
  for (const char* bad : {"3/3", "-1/3", "1", "1/", "/3", "1/3x", "one/3", ""}) {
    EXPECT_THAT(error_of<UsageError>([&] { set_part(spec, bad, "--part"); }), HasSubstr("is no part: write 0/3")) << bad;
  }
  EXPECT_THAT(error_of<UsageError>([&] { set_part(spec, "0/9", "--part"); }), HasSubstr("9 parts, but the sweep has 8"));
  spec.sampler = SamplerKind::tpe;
  EXPECT_THAT(error_of<UsageError>([&] { set_part(spec, "0/2", "--part"); }), HasSubstr("--nodes"));
}

}  // namespace
}  // namespace agsweep
