#include "sweeps/space/resolved_spec.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/sweeps/space/small_options.hpp"

namespace agsweep {
namespace {

using testing_support::spec_of;

void expect_same(const SweepSpec& a, const SweepSpec& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.model, b.model);
  EXPECT_EQ(a.metric, b.metric);
  EXPECT_EQ(a.sampler, b.sampler);
  EXPECT_EQ(a.sampler_seed, b.sampler_seed);
  EXPECT_EQ(a.trials, b.trials);
  EXPECT_EQ(a.seeds, b.seeds);
  EXPECT_EQ(a.retries, b.retries);
  EXPECT_EQ(a.keep, b.keep);
  EXPECT_EQ(a.hours, b.hours);
  ASSERT_EQ(a.fixed.size(), b.fixed.size());
  for (std::size_t i = 0; i < a.fixed.size(); ++i) {
    EXPECT_EQ(a.fixed[i].key, b.fixed[i].key);
    EXPECT_EQ(a.fixed[i].value, b.fixed[i].value);
  }
  ASSERT_EQ(a.space.size(), b.space.size());
  for (std::size_t i = 0; i < a.space.size(); ++i) {
    EXPECT_EQ(a.space[i].key, b.space[i].key);
    EXPECT_EQ(a.space[i].scale, b.space[i].scale);
    EXPECT_EQ(a.space[i].low, b.space[i].low);
    EXPECT_EQ(a.space[i].high, b.space[i].high);
    EXPECT_EQ(a.space[i].values, b.space[i].values);
  }
  EXPECT_EQ(a.scheduler.kind, b.scheduler.kind);
  EXPECT_EQ(a.scheduler.eta, b.scheduler.eta);
  EXPECT_EQ(a.scheduler.min_epochs, b.scheduler.min_epochs);
  EXPECT_EQ(a.first_trials, b.first_trials);
}

void expect_round_trip(std::string_view text) {
  const SweepSpec spec = spec_of(text);
  const std::string resolved = resolved_spec(spec);
  SCOPED_TRACE(resolved);
  const SweepSpec again = spec_of(resolved);
  expect_same(spec, again);
  EXPECT_EQ(resolved_spec(again), resolved);
}

TEST(ResolvedSpec, IsReadBackAsTheSameSpec) {
  expect_round_trip(R"(
name = "Übung \"1\"\\\nzwei"
model = "gpt2-lora"
metric = "val.loss"
sampler = "random"
sampler_seed = 9223372036854775807
trials = 24
seeds = [5, 3, 9]
retries = 2
hours = 1.5
keep = "all"
[fixed]
rslora = false
precision = "b\"f\t16"
epochs = 9
dropout = 0.1
[space]
lora_rank = { values = [2, 4, 8] }
lr = { log = [5e-5, 0.3333333333333333148] }
lora_dropout = { range = [0, 1] }
batch_size = { log_int = [16, 256] }
warmup_steps = { int = [0, 6] }
[[trial]]
lora_rank = 8
lr = 1
lora_dropout = 0.1
batch_size = 1000
warmup_steps = 7
[[trial]]
lora_rank = 2
lr = 5e-324
lora_dropout = 0.30000000000000004
batch_size = 1
warmup_steps = 7
)");
}

TEST(ResolvedSpec, IsReadBackForEachSchedulerAndAGrid) {
  expect_round_trip(
      "model='scratch'\ntrials=3\nkeep='none'\n[space]\nlr={log=[1e-4,1e-2]}\n[scheduler]\nkind='asha'\neta=4\nmin_epochs=2\n");
  expect_round_trip("model='scratch'\ntrials=3\nsampler='tpe'\n[space]\nlr={log=[1e-4,1e-2]}\n[scheduler]\nkind='median'\nmin_epochs=2\n");
  expect_round_trip(
      "model='gpt2-lora'\nsampler='grid'\n[space]\nrslora={values=[true,false]}\nprecision={values=['fp32','bf16']}\nlr={values=[0.1,1]}\n"
      "batch_size={int=[3,9]}\n[[trial]]\nrslora=false\nprecision='fp32'\nlr=1\nbatch_size=99\n");
}

TEST(ResolvedSpec, SaysEveryDefault) {
  EXPECT_EQ(resolved_spec(spec_of("model='scratch'\ntrials=3\nspace.lr.log=[1e-4,1]\nfixed.dropout=0\n")),
            "name = \"sweep\"\nmodel = \"scratch\"\nmetric = \"val.f1_macro\"\nsampler = \"sobol\"\nsampler_seed = 42\ntrials = 3\n"
            "seeds = [42]\nretries = 0\nkeep = 3\n\n[fixed]\ndropout = 0.0\n\n[space]\nlr = { log = [0.0001, 1.0] }\n\n"
            "[scheduler]\nkind = \"none\"\n");
}

TEST(ResolvedSpec, IsSealedInItsFirstLineSoThatAnyLostLineShows) {
  const testing_support::TemporaryFolder folder;
  const std::filesystem::path path = folder / "sweep.resolved.toml";
  const auto read = [&](const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
    return read_sealed_spec(path, testing_support::small_options);
  };
  const SweepSpec spec = spec_of("model='scratch'\ntrials=3\nspace.lr.log=[1e-4,1]\nfixed.dropout=0\n[scheduler]\nkind='asha'\n");
  const std::string text = sealed_spec(spec);
  expect_same(read(text), spec);
  expect_same(read(resolved_spec(spec)), spec);  // of before there were seals
  for (std::size_t begin = 0; begin < text.size(); begin = text.find('\n', begin) + 1) {
    for (std::size_t end = text.find('\n', begin) + 1; end != 0; end = text.find('\n', end) + 1) {
      EXPECT_THROW(read(text.substr(0, begin) + text.substr(end)), DataError) << begin << " to " << end;
    }
  }
}

}  // namespace
}  // namespace agsweep
