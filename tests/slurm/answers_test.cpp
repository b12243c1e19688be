#include "slurm/answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing_support::error_of;

/// A line as `squeue --Format` with squeue_columns pads it.
std::string squeue_line(const char* id, const char* state, const char* reason, const char* left, const char* restarts) {
  return fmt::format("{:<64}{:<24}{:<128}{:<24}{:<12}\n", id, state, reason, left, restarts);
}

TEST(Sbatch, PrintsTheJobsNumberAlone) { EXPECT_EQ(parse_sbatch("12\n"), "12"); }  // 22.05, recorded

TEST(Sbatch, OfAFederationAddsTheClustersName) { EXPECT_EQ(parse_sbatch("12;north\n"), "12"); }  // written, not recorded

TEST(Sbatch, SitesPrintLinesOfTheirOwnAroundIt) { EXPECT_EQ(parse_sbatch("Budget left: 1200 h\n\n 4711 \nThank you\n"), "4711"); }

TEST(Sbatch, WithoutANumberIsAnError) {
  EXPECT_THAT(error_of<RunTimeError>([] { parse_sbatch("Submitted batch job 12\n"); }), HasSubstr("sbatch: no job id"));
  EXPECT_THAT(error_of<RunTimeError>([] { parse_sbatch(""); }), HasSubstr("sbatch: no job id"));
}

TEST(Squeue, GivesStateReasonTimeLeftAndRequeues) {  // 22.05, recorded
  const std::vector<SlurmJob> jobs = parse_squeue(squeue_line("1", "COMPLETED", "None", "365-00:00:00", "0") +
                                                  squeue_line("13_[0-3%1]", "PENDING", "None", "UNLIMITED", "0") +
                                                  squeue_line("15", "PENDING", "JobHeldUser", "1:30", "3"));
  ASSERT_EQ(jobs.size(), 3U);
  EXPECT_EQ(jobs[0].id, "1");
  EXPECT_EQ(jobs[0].state, "COMPLETED");
  EXPECT_EQ(jobs[0].reason, "");
  EXPECT_EQ(jobs[0].time_left, "365-00:00:00");
  EXPECT_EQ(jobs[1].id, "13_[0-3%1]");
  EXPECT_EQ(jobs[1].time_left, "");
  EXPECT_EQ(jobs[2].reason, "JobHeldUser");
  EXPECT_EQ(jobs[2].requeues, 3);
}

TEST(Squeue, AReasonMayHoldSpaces) {  // of 23.11 and 24.11, written, not recorded
  const auto jobs = parse_squeue(squeue_line("7_2", "PENDING", "ReqNodeNotAvail, UnavailableNodes:n[1-2]", "N/A", "1"));
  ASSERT_EQ(jobs.size(), 1U);
  EXPECT_EQ(jobs[0].reason, "ReqNodeNotAvail, UnavailableNodes:n[1-2]");
  EXPECT_EQ(jobs[0].requeues, 1);
}

TEST(Squeue, ALineMayEndWithItsLastCharacter) {  // 20.11 pads, wrappers may trim
  std::string line = squeue_line("7", "RUNNING", "None", "59:59", "12");
  line.erase(line.find_last_not_of(" \n") + 1);
  EXPECT_THAT(parse_squeue(line), ElementsAre(Field(&SlurmJob::requeues, std::optional<std::int64_t>(12))));
}

TEST(Squeue, WithoutAJobIsEmpty) { EXPECT_TRUE(parse_squeue("\n").empty()); }

TEST(Squeue, AnotherFormIsAnError) {
  EXPECT_THAT(error_of<RunTimeError>([] { parse_squeue("   12     batch     wrap     root CD       0:00      1 n1\n"); }),
              HasSubstr("squeue: not a job"));
}

TEST(Sacct, TellsWhoCancelledAndTheExitCode) {  // written after the manual, not recorded: the test cluster has no accounting
  const auto jobs = parse_sacct("12|CANCELLED by 1000|0:15\n13_0|FAILED|1:0\n14|COMPLETED|0:0\n15|TIMEOUT|0:0\n");
  ASSERT_EQ(jobs.size(), 4U);
  EXPECT_EQ(jobs[0].state, "CANCELLED");
  EXPECT_EQ(jobs[0].reason, "by 1000");
  EXPECT_EQ(jobs[1].id, "13_0");
  EXPECT_EQ(jobs[1].reason, "exit code 1:0");
  EXPECT_EQ(jobs[2].reason, "");
  EXPECT_EQ(jobs[3].state, "TIMEOUT");
}

TEST(Sacct, ShowsTheLastStateOfAJobThatWasRequeued) {  // --duplicates; written, not recorded
  EXPECT_THAT(parse_sacct("12|REQUEUED|0:0\n12|PREEMPTED|0:0\n12|COMPLETED|0:0\n"),
              ElementsAre(Field(&SlurmJob::state, std::string("COMPLETED"))));
}

TEST(Sacct, AnotherFormIsAnError) {
  EXPECT_THAT(error_of<RunTimeError>([] { parse_sacct("Slurm accounting storage is disabled\n"); }), HasSubstr("sacct: not a job"));
}

TEST(TimeLimit, IsReadInEachFormOfSbatch) {  // its manual's, --time
  EXPECT_EQ(seconds_of_limit("90"), 90 * 60);
  EXPECT_EQ(seconds_of_limit("90:30"), 91 * 60);
  EXPECT_EQ(seconds_of_limit("1:02:03"), 63 * 60);
  EXPECT_EQ(seconds_of_limit("2-3"), (2 * 24 + 3) * 3600);
  EXPECT_EQ(seconds_of_limit("2-3:04"), (2 * 24 + 3) * 3600 + 240);
  EXPECT_EQ(seconds_of_limit("2-03:04:05"), (2 * 24 + 3) * 3600 + 300);
}

TEST(TimeLimit, IsNoneWhereThereIsNoNumber) {
  for (const char* text : {"", "0", "00:00", "UNLIMITED", "infinite", "1:2:3:4", "1-", "-1", "1-2:3:4:5", "1h", "9999999999999999999"}) {
    EXPECT_EQ(seconds_of_limit(text), std::nullopt) << text;
  }
}

TEST(MpiList, NamesPmixInAnyVersion) {
  EXPECT_TRUE(lists_pmix("MPI plugin types are...\n\tpmix\n\tnone\n\tpmi2\nspecific pmix plugin versions available: pmix_v4\n"));  // 22.05
  EXPECT_TRUE(lists_pmix("srun: MPI types are...\nsrun: none\nsrun: pmix_v3\nsrun: pmi2\n"));  // 20.11; written, not recorded
  EXPECT_FALSE(lists_pmix("MPI plugin types are...\n\tnone\n\tcray_shasta\n\tpmi2\n"));
  EXPECT_FALSE(lists_pmix(""));
}

TEST(JobState, IsFinalOnlyWhenNoProcessIsLeft) {
  for (const char* state : {"COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "PREEMPTED", "OUT_OF_MEMORY"}) {
    EXPECT_TRUE(is_final(state)) << state;
  }
  for (const char* state : {"PENDING", "RUNNING", "SUSPENDED", "COMPLETING", "CONFIGURING", "REQUEUED", "REQUEUE_HOLD", "STOPPED"}) {
    EXPECT_FALSE(is_final(state)) << state;
  }
}

}  // namespace
}  // namespace agsweep
