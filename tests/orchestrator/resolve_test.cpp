#include "orchestrator/options/resolve.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr WorldFacts one_cpu{.ranks = 1, .cpus = 1, .fewest_cpus = 1, .most_cpus = 1, .train_rows = 108000};

Resolved resolved(const std::vector<std::string>& arguments, const WorldFacts& facts = one_cpu) {
  return resolve(parse_command_line(options_of(train_options()), arguments).asked, facts);
}

std::string usage_error_of(const std::vector<std::string>& arguments, const WorldFacts& facts = one_cpu) {
  try {
    resolved(arguments, facts);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Resolve, GivesThePublishedRunWithoutOptions) {
  const Resolved run = resolved({});
  EXPECT_EQ(run.config.warmup_steps, 2000);
  EXPECT_EQ(run.config.shards, 8);
  EXPECT_EQ(run.config.precision, Precision::fp32);
  EXPECT_THAT(run.messages, IsEmpty());
}

TEST(Resolve, GivesEachRankItsOwnCpusAndAllTheSameShards) {
  const WorldFacts facts{.ranks = 3, .cpus = 2, .fewest_cpus = 2, .most_cpus = 5, .train_rows = 108000};
  EXPECT_EQ(resolved({}, facts).config.threads, 2);
  EXPECT_EQ(resolved({}, facts).config.shards, 16);
  EXPECT_EQ(resolved({"--threads", "auto", "--shards", "auto"}, facts).config.threads, 2);
  EXPECT_EQ(resolved({"--threads", "7"}, facts).config.shards, 32);
}

TEST(Resolve, WarnsOnceOfFewerCpusThanThreadsAndNamesTheRemedies) {
  EXPECT_THAT(
      resolved({"--threads", "4"}).messages,
      ElementsAre(testing::AllOf(HasSubstr("--threads 4"), HasSubstr("mpirun --bind-to none"), HasSubstr("srun --cpus-per-task 4"))));
}

TEST(Resolve, CutsADefaultWarmupTo30PercentAndSaysSo) {
  const Resolved run = resolved({"--epochs", "2"});  // 1,126 steps
  EXPECT_EQ(run.config.warmup_steps, 337);
  EXPECT_THAT(run.messages, ElementsAre(HasSubstr("337 steps instead of the default 2000")));
}

TEST(Resolve, StartsAVeryShortRunAtThePeakRate) {
  EXPECT_EQ(resolved({"--epochs", "1", "--train-limit", "900"}).config.warmup_steps, 0);  // 5 steps
}

TEST(Resolve, TakesAGivenWarmupOfZeroOrTwoUpToTheWholeRun) {
  EXPECT_EQ(resolved({"--epochs", "2", "--warmup-steps", "0"}).config.warmup_steps, 0);
  EXPECT_EQ(resolved({"--epochs", "2", "--warmup-steps", "1126"}).config.warmup_steps, 1126);
  EXPECT_EQ(usage_error_of({"--epochs", "2", "--warmup-steps", "1127"}),
            "--warmup-steps: 1127 does not fit a run of 1126 steps: 0, or 2 to 1126");
  EXPECT_THAT(usage_error_of({"--warmup-steps", "1"}), HasSubstr("--warmup-steps: 1 does not fit"));
}

TEST(Resolve, CountsTheScheduleWithoutMaxSteps) { EXPECT_EQ(resolved({"--max-steps", "10"}).config.warmup_steps, 2000); }

TEST(Resolve, RefusesMoreRanksThanShards) {
  const WorldFacts facts{.ranks = 5, .cpus = 1, .fewest_cpus = 1, .most_cpus = 1, .train_rows = 108000};
  EXPECT_THAT(usage_error_of({"--shards", "4"}, facts), HasSubstr("--shards: 4 is below the 5 ranks: more ranks than shards"));
}

TEST(Resolve, RefusesABatchBelowTheShards) {
  EXPECT_THAT(usage_error_of({"--batch-size", "7", "--shards", "8"}), HasSubstr("--batch-size: 7 is below the 8 shards"));
  EXPECT_EQ(resolved({"--batch-size", "8"}).config.shards, 8);
}

TEST(Resolve, MakesNoMoreShardsThanASmallBatchHasRows) {
  EXPECT_EQ(resolved({"--batch-size", "7"}).config.shards, 4);
  EXPECT_EQ(resolved({"--batch-size", "1"}).config.shards, 1);
  EXPECT_THAT(usage_error_of({"--batch-size", "3"}, {.ranks = 3, .cpus = 1, .fewest_cpus = 1, .most_cpus = 1, .train_rows = 100}),
              HasSubstr("--shards: 2 is below the 3 ranks"));
}

TEST(Resolve, MakesNoMoreShardsThanTheBatchHasRowsOnALargeJob) {
  EXPECT_EQ(resolve({}, {.ranks = 2, .cpus = 96, .fewest_cpus = 96, .most_cpus = 96, .train_rows = 100'000}).config.shards, 128);
}

TEST(Resolve, RefusesHeadsThatDoNotDivideTheWidthAndAnOddWidth) {
  EXPECT_EQ(usage_error_of({"--heads", "5"}), "--heads: 5 does not divide --d-model 192");
  EXPECT_EQ(usage_error_of({"--d-model", "6"}), "--d-model: 6 is not divided by --heads 4");
  EXPECT_EQ(usage_error_of({"--d-model", "63", "--heads", "1"}), "--d-model: 63 is not even");
}

}  // namespace
}  // namespace agsweep
