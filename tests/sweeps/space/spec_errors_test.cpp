#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sweeps/space/small_options.hpp"

// Each error names file, line, column and key, and why.
namespace agsweep {
namespace {

using testing::HasSubstr;
using testing::StartsWith;
using testing_support::spec_error;

/// Lines 1 to 3, and [space] from line 4; more of the head can be put before it.
std::string with_head(const std::string& lines) {
  return "model = \"gpt2-lora\"\ntrials = 4\n" + lines + "\n[space]\nlr = { log = [1e-4, 1e-2] }\n";
}
/// [space] with this on line 4.
std::string with_space(const std::string& lines) { return "model = \"gpt2-lora\"\ntrials = 4\n[space]\n" + lines + "\n"; }
/// A whole spec with tables from line 5.
std::string with_tables(const std::string& lines) { return with_space("lr = { log = [1e-4, 1e-2] }") + lines + "\n"; }

TEST(SpecErrors, NameNoTomlEmptyFilesBrokenTextAndDuplicateKeys) {
  EXPECT_EQ(spec_error(""), "sweep.toml:1:1: the spec is empty");
  EXPECT_EQ(spec_error("# nothing\n"), "sweep.toml:1:1: the spec is empty");
  EXPECT_THAT(spec_error("model = \"gpt2-lora\ntrials = 4"), StartsWith("sweep.toml:1:"));
  EXPECT_EQ(spec_error("model = \"\xff\xfe\""), "sweep.toml:1:9: Encountered invalid utf-8 sequence");
  EXPECT_THAT(spec_error(with_head("trials = 5")), StartsWith("sweep.toml:3:10: "));
  EXPECT_THAT(spec_error(with_head("trials = 5")), HasSubstr("cannot redefine existing integer 'trials'"));
  EXPECT_THAT(spec_error(with_space("lr = { log = [1e-4, 1e-2] }\nlr = { log = [1e-4, 1e-2] }")), StartsWith("sweep.toml:5:6: "));
}

TEST(SpecErrors, NameUnknownKeysWithTheNearest) {
  EXPECT_THAT(spec_error(with_head("metrik = \"val.loss\"")),
              StartsWith("sweep.toml:3:1: metrik: unknown key; did you mean metric? (known here: name"));
  EXPECT_THAT(spec_error(with_space("lr = { logg = [1, 2] }")), StartsWith("sweep.toml:4:8: logg: unknown key; did you mean log?"));
  EXPECT_THAT(spec_error(with_tables("[scheduler]\nkind='asha'\neta2 = 3")),
              StartsWith("sweep.toml:7:1: eta2: unknown key; did you mean eta?"));
  EXPECT_THAT(spec_error(with_tables("[[trial]]\nlrr = 0.1")), StartsWith("sweep.toml:6:1: lrr: unknown key; did you mean lr?"));
  EXPECT_EQ(spec_error(with_space("lrr = { log = [1e-4, 1e-2] }")), "sweep.toml:4:16: lrr: no such option");
  EXPECT_EQ(spec_error(with_tables("[fixed]\nepoch = 3")), "sweep.toml:6:1: epoch: no such option");
}

TEST(SpecErrors, NameMissingKeys) {
  EXPECT_THAT(spec_error("trials = 3"), StartsWith("sweep.toml:1:1: model is missing"));
  EXPECT_THAT(spec_error("model = 'scratch'\nspace.lr.log = [1e-4, 1e-2]"), StartsWith("sweep.toml:1:1: trials is missing"));
  EXPECT_THAT(spec_error("model = 'scratch'\ntrials = 3"), StartsWith("sweep.toml:1:1: space is missing"));
  EXPECT_THAT(spec_error("model = 'scratch'\ntrials = 3\n[space]\n"), StartsWith("sweep.toml:3:2: space: the table is empty"));
  EXPECT_THAT(spec_error(with_tables("[scheduler]\neta = 3")), StartsWith("sweep.toml:5:2: scheduler: kind is missing (allowed: none, "));
}

TEST(SpecErrors, NameWrongTypesOfTheHead) {
  EXPECT_EQ(spec_error("model = 3"), "sweep.toml:1:1: model: not a text in quotes");
  EXPECT_EQ(spec_error("model = 'gpt3'"), "sweep.toml:1:1: model: gpt3 is no model");
  EXPECT_EQ(spec_error(with_head("name = ''")), "sweep.toml:3:1: name: the text is empty");
  EXPECT_EQ(spec_error(with_head("name = 3")), "sweep.toml:3:1: name: not a text in quotes");
  EXPECT_EQ(spec_error(with_head("sampler_seed = 0.5")), "sweep.toml:3:1: sampler_seed: not a whole number (allowed: 0 or more)");
  EXPECT_EQ(spec_error(with_head("keep = 'some'")), "sweep.toml:3:1: keep: not a whole number of trials, \"all\" or \"none\"");
  EXPECT_EQ(spec_error(with_head("keep = -1")), "sweep.toml:3:1: keep: -1 is out of range (allowed: 0 or more)");
  EXPECT_EQ(spec_error(with_head("retries = -1")), "sweep.toml:3:1: retries: -1 is out of range (allowed: 0 or more)");
  EXPECT_EQ(spec_error("model = 'scratch'\ntrials = 1\nspace = 3"), "sweep.toml:3:1: space: not a table");
  EXPECT_EQ(spec_error("model = 'scratch'\ntrials = 0\nspace.lr.log = [1e-4, 1e-2]"),
            "sweep.toml:2:1: trials: 0 is out of range (allowed: 1 to 1000000)");
  EXPECT_EQ(spec_error("model = 'scratch'\ntrials = '3'\nspace.lr.log = [1e-4, 1e-2]"),
            "sweep.toml:2:1: trials: not a whole number (allowed: 1 to 1000000)");
}

TEST(SpecErrors, NameMetricsThatDoNotExistAndTheTestSplits) {
  EXPECT_EQ(spec_error(with_head("metric = 'val.f1macro'")),
            "sweep.toml:3:1: metric: val.f1macro is not one of val.loss, val.accuracy, val.f1_macro, val.f1_weighted, "
            "val.precision_macro, val.recall_macro; did you mean val.f1_macro?");
  EXPECT_THAT(spec_error(with_head("metric = 'test.accuracy'")),
              StartsWith("sweep.toml:3:1: metric: test.accuracy: a sweep never looks at the test split"));
  EXPECT_THAT(spec_error(with_head("sampler = 'sobel'")),
              StartsWith("sweep.toml:3:1: sampler: sobel is not one of grid, random, sobol, tpe; did you mean sobol?"));
}

TEST(SpecErrors, NameBadSeeds) {
  EXPECT_EQ(spec_error(with_head("seeds = 42")), "sweep.toml:3:1: seeds: not a list in brackets");
  EXPECT_EQ(spec_error(with_head("seeds = []")), "sweep.toml:3:1: seeds: the list is empty");
  EXPECT_EQ(spec_error(with_head("seeds = [1, 2, 1]")), "sweep.toml:3:16: seeds: 1 is there twice");
  EXPECT_EQ(spec_error(with_head("seeds = [1, -2]")), "sweep.toml:3:13: seeds: -2 is out of range (allowed: 0 or more)");
  EXPECT_THAT(spec_error(with_head("sampler = 'tpe'\nseeds = [1, 2]")),
              StartsWith("sweep.toml:4:1: seeds: 2 seeds, but only one goes with sampler"));
  EXPECT_THAT(spec_error(with_head("seeds = [1, 2]") + "[scheduler]\nkind = 'asha'"),
              StartsWith("sweep.toml:3:1: seeds: 2 seeds, but only one goes with scheduler \"asha\""));
  EXPECT_THAT(spec_error(with_head("seeds = [1, 2]") + "[scheduler]\nkind = 'median'"), StartsWith("sweep.toml:3:1: seeds: 2 seeds"));
}

TEST(SpecErrors, NameBoundsThatAreNone) {
  EXPECT_EQ(spec_error(with_space("lr = { log = [0, 0.1] }")), "sweep.toml:4:15: lr: 0 has no logarithm (allowed: above 0)");
  EXPECT_EQ(spec_error(with_space("warmup_steps = { log_int = [0, 8] }")),
            "sweep.toml:4:29: warmup_steps: 0 has no logarithm (allowed: above 0)");
  EXPECT_EQ(spec_error(with_space("lr = { log = [-1e-3, 0.1] }")), "sweep.toml:4:15: lr: -0.001 has no logarithm (allowed: above 0)");
  EXPECT_EQ(spec_error(with_space("lr = { log = [0.1, 0.1] }")), "sweep.toml:4:15: lr: the lowest, 0.1, is not below the highest, 0.1");
  EXPECT_EQ(spec_error(with_space("lora_rank = { int = [8, 2] }")),
            "sweep.toml:4:22: lora_rank: the lowest, 8, is not below the highest, 2");
  EXPECT_EQ(spec_error(with_space("lr = { range = [nan, 0.1] }")), "sweep.toml:4:17: lr: nan is not finite");
  EXPECT_EQ(spec_error(with_space("lr = { range = [0.01, inf] }")), "sweep.toml:4:23: lr: inf is not finite");
  EXPECT_EQ(spec_error(with_space("lr = { range = [0.1, 2] }")), "sweep.toml:4:22: lr: 2 is out of range");
  EXPECT_EQ(spec_error(with_space("lr = { range = ['low', 2] }")), "sweep.toml:4:17: lr: not a number");
  EXPECT_THAT(spec_error(with_space("lora_rank = { int = [2, 8.5] }")),
              StartsWith("sweep.toml:4:25: lora_rank: not a whole number (allowed: "));
  EXPECT_EQ(spec_error(with_space("lora_rank = { log = [2, 8] }")), "sweep.toml:4:22: lora_rank: not whole");
  EXPECT_THAT(spec_error(with_space("warmup_steps = { int = [2, 9007199254740993] }")),
              StartsWith("sweep.toml:4:28: warmup_steps: 9007199254740993 is out of range"));
  EXPECT_THAT(spec_error(with_space("lr = { log = [0.1] }")),
              StartsWith("sweep.toml:4:8: lr: 1 numbers, where a lowest and a highest belong"));
  EXPECT_EQ(spec_error(with_space("lr = { log = 0.1 }")), "sweep.toml:4:8: lr: not a list in brackets");
}

TEST(SpecErrors, NameParametersOfNoKindOrTwo) {
  EXPECT_THAT(spec_error(with_space("lr = 0.1")), StartsWith("sweep.toml:4:1: lr: not a table such as { log = [low, high] }"));
  EXPECT_THAT(spec_error(with_space("lr = {}")), StartsWith("sweep.toml:4:1: lr: exactly one of log, range, int, log_int and values"));
  EXPECT_THAT(spec_error(with_space("lr = { log = [1e-4, 1e-2], range = [0, 1] }")), StartsWith("sweep.toml:4:1: lr: exactly one of"));
}

TEST(SpecErrors, NameListsThatAreEmptyMixedUnorderedOrRepeat) {
  EXPECT_EQ(spec_error(with_space("lora_rank = { values = [] }")), "sweep.toml:4:15: lora_rank: the list is empty");
  EXPECT_EQ(spec_error(with_space("lora_rank = { values = [4, 2] }")),
            "sweep.toml:4:28: lora_rank: 2 after 4: the numbers of a list ascend");
  EXPECT_EQ(spec_error(with_space("lora_rank = { values = [2, 2] }")),
            "sweep.toml:4:28: lora_rank: 2 after 2: the numbers of a list ascend");
  EXPECT_EQ(spec_error(with_space("lr = { values = [0.1, 'high'] }")),
            "sweep.toml:4:23: lr: numbers, texts and truth values are mixed in one list");
  EXPECT_EQ(spec_error(with_space("precision = { values = ['fp32', 'bf16', 'fp32'] }")),
            "sweep.toml:4:41: precision: the value stands in the list before");
  EXPECT_EQ(spec_error(with_space("lora_rank = { values = [0, 2] }")), "sweep.toml:4:25: lora_rank: 0 is out of range");
  EXPECT_EQ(spec_error(with_space("lr = { values = [[1]] }")), "sweep.toml:4:18: lr: not a number, a text in quotes, true or false");
}

TEST(SpecErrors, NameOptionsThatTheModelDoesNotHave) {
  EXPECT_EQ(spec_error(with_space("layers = { values = [1, 2] }")), "sweep.toml:4:22: layers: gpt2-lora has no such option");
  EXPECT_EQ(spec_error(with_tables("[fixed]\nlayers = 2")), "sweep.toml:6:1: layers: gpt2-lora has no such option");
  EXPECT_EQ(spec_error(with_tables("[fixed]\nlora_rank = 2.5")), "sweep.toml:6:1: lora_rank: not whole");
  EXPECT_EQ(spec_error(with_tables("[fixed]\nlora_rank = [2]")),
            "sweep.toml:6:1: lora_rank: not a number, a text in quotes, true or false");
}

TEST(SpecErrors, NameKeysInTheWrongTable) {
  EXPECT_EQ(spec_error(with_space("epochs = { values = [1, 2] }")),
            "sweep.toml:4:1: epochs: belongs in [fixed]: every trial has a learning-rate schedule of the same length");
  EXPECT_EQ(spec_error(with_space("val_limit = { values = [10, 40] }")),
            "sweep.toml:4:1: val_limit: belongs in [fixed]: the trials are compared over the same validation rows");
  EXPECT_EQ(spec_error(with_space("seed = { values = [1, 2] }")), "sweep.toml:4:1: seed: write seeds = [..] above the tables instead");
  EXPECT_EQ(spec_error(with_tables("[fixed]\nseed = 1")), "sweep.toml:6:1: seed: write seeds = [..] above the tables instead");
  EXPECT_EQ(spec_error(with_tables("[fixed]\nmetric = 'val.loss'")),
            "sweep.toml:6:1: metric: belongs to the spec itself, above the tables");
  EXPECT_EQ(spec_error(with_space("trials = 4")), "sweep.toml:4:1: trials: belongs to the spec itself, above the tables");
  EXPECT_EQ(spec_error(with_tables("[fixed]\nlr = 0.1")), "sweep.toml:4:1: lr: also in [fixed] (sweep.toml:6:1: lr)");
  EXPECT_EQ(spec_error(with_space("eta = { values = [2, 3] }")), "sweep.toml:4:19: eta: no such option");
}

TEST(SpecErrors, NameSettingsOfSchedulers) {
  const auto scheduler = [](const std::string& lines) { return with_tables("[scheduler]\n" + lines); };
  EXPECT_EQ(spec_error(scheduler("kind = 'asha'\neta = 1")), "sweep.toml:7:1: eta: 1 is out of range (allowed: 2 or more)");
  EXPECT_EQ(spec_error(scheduler("kind = 'asha'\nmin_epochs = 0")), "sweep.toml:7:1: min_epochs: 0 is out of range (allowed: 1 or more)");
  EXPECT_EQ(spec_error(scheduler("kind = 'asha'\nmin_epochs = 4\n[fixed]\nepochs = 3")),
            "sweep.toml:7:1: min_epochs: 4 is more than the trials' 3 epochs");
  EXPECT_EQ(spec_error(scheduler("kind = 'median'\neta = 3")), "sweep.toml:7:1: eta: not a setting of kind = \"median\"");
  EXPECT_EQ(spec_error(scheduler("kind = 'none'\nmin_epochs = 3")), "sweep.toml:7:1: min_epochs: not a setting of kind = \"none\"");
  EXPECT_THAT(spec_error(scheduler("kind = 'ahsa'")), HasSubstr("6:1: kind: ahsa is not one of none, median, asha; did you mean asha?"));
}

TEST(SpecErrors, NameGridsWithoutEndOrTooLarge) {
  const auto grid = [](const std::string& space) { return "model = 'gpt2-lora'\nsampler = 'grid'\n[space]\n" + space; };
  EXPECT_THAT(spec_error(grid("lr = { log = [1e-4, 1e-2] }")), StartsWith("sweep.toml:4:1: lr: a grid has no end of values here"));
  EXPECT_THAT(spec_error(grid("lr = { range = [1e-4, 1e-2] }")), StartsWith("sweep.toml:4:1: lr: a grid"));
  EXPECT_THAT(spec_error(grid("batch_size = { log_int = [1, 8] }")), StartsWith("sweep.toml:4:1: batch_size: a grid"));
  EXPECT_EQ(spec_error(grid("batch_size = { int = [1, 50000] }\nlora_rank = { values = [1, 2, 3] }")),
            "sweep.toml:3:2: space: the grid has more than 100000 configurations");
  EXPECT_EQ(spec_error("trials = 6\n" + grid("lora_rank = { values = [1, 2, 3] }")),
            "sweep.toml:1:1: trials: not with a grid: its space gives 3 configurations");
}

TEST(SpecErrors, NameFirstTrialsThatAreNotOfTheSpace) {
  const auto trials = [](const std::string& lines) {
    return with_space("lr = { log = [1e-4, 1e-2] }\nlora_rank = { values = [2, 4] }\nbatch_size = { int = [1, 8] }") + lines;
  };
  EXPECT_EQ(spec_error(trials("[[trial]]\nlr = 0.1\nlora_rank = 2")),
            "sweep.toml:7:1: trial: batch_size is missing (a [[trial]] has every key of [space])");
  EXPECT_THAT(spec_error(trials("[[trial]]\nlr = 0.1\nlora_rank = 2\nbatch_size = 2\ndropout = 0.1")),
              StartsWith("sweep.toml:11:1: dropout: unknown key"));
  EXPECT_EQ(spec_error(trials("[[trial]]\nlr = 0.1\nlora_rank = 8\nbatch_size = 2")),
            "sweep.toml:9:1: lora_rank: not among the values of [space]");
  EXPECT_EQ(spec_error(trials("[[trial]]\nlr = 2\nlora_rank = 2\nbatch_size = 2")), "sweep.toml:8:1: lr: 2 is out of range");
  EXPECT_EQ(spec_error(trials("[[trial]]\nlr = 0\nlora_rank = 2\nbatch_size = 2")),
            "sweep.toml:8:1: lr: 0 has no logarithm (allowed: above 0)");
  EXPECT_THAT(spec_error(trials("[[trial]]\nlr = 0.1\nlora_rank = 2\nbatch_size = 2.0")),
              StartsWith("sweep.toml:10:1: batch_size: not a whole number"));
  EXPECT_EQ(spec_error(trials("[trial]\nlr = 0.1")), "sweep.toml:7:2: trial: one of a list: write [[trial]]");
  EXPECT_EQ(spec_error(trials("[[trial]]\nlr = 0.1\nlora_rank = 2\nbatch_size = 2\n[[trial]]\nlr = 0.1\nlora_rank = 2\nbatch_size = 2")),
            "sweep.toml:11:1: trial: this configuration is there twice");
}

TEST(SpecErrors, NameFewerTrialsThanFirstOnes) {
  EXPECT_EQ(spec_error("model='scratch'\ntrials=1\n[space]\nlr={log=[1e-4,1e-2]}\n[[trial]]\nlr=1e-3\n[[trial]]\nlr=2e-3\n"),
            "sweep.toml:2:1: trials: 1 is less than the 2 of [[trial]]");
}

}  // namespace
}  // namespace agsweep
