#include "sweeps/aggregate/sweep_status.hpp"

#include <unistd.h>  // getpid

#include <chrono>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweeps/journal/study.hpp"
#include "sweeps/journal/sweep_lock.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/sweeps/aggregate/sweep_writer.hpp"
#include "tests/sweeps/space/small_options.hpp"

namespace agsweep {
namespace {

using ::testing::HasSubstr;
using testing_support::any_value;
using testing_support::grid_spec;
using testing_support::SweepWriter;
using testing_support::TemporaryFolder;

constexpr const char* asha = "[scheduler]\nkind = \"asha\"\n";

TEST(SweepStatus, CountsTrialsByStateAndThoseThatHaveNotBegun) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7}, "", asha), {});
  writer.run({0.5});
  writer.run({0.6});
  writer.run({0.7, 0.9, 0.8});
  writer.fail(writer.begin(), "not finite");
  writer.begin();
  const SweepResults sweep = read_sweep(writer.save());
  const SweepStatus status = status_of(sweep);
  EXPECT_EQ(status.counts.complete, 1);
  EXPECT_EQ(status.counts.paused, 2);
  EXPECT_EQ(status.counts.failed, 1);
  EXPECT_EQ(status.counts.running, 1);
  EXPECT_EQ(status.counts.pruned, 0);
  EXPECT_EQ(status.counts.pending, 2);
  EXPECT_EQ(status.counts.planned(), 7);
  EXPECT_EQ(status.best, 2);
  EXPECT_THAT(status_text(sweep, status), HasSubstr("best     0.9000, trial 2 after epoch 2 (complete): lr 0.3\n"));
  EXPECT_EQ(status_json(sweep, status)["best"]["parameters"]["lr"], 0.3);
}

TEST(SweepStatus, PlansAFailedTrialsSecondTryToo) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1, 0.2}, "seeds = [1, 2]"), {});
  writer.fail(writer.begin(), "out of memory");
  SweepState again(writer.state().spec(), 3, "agsweep-n1-1-1", any_value);
  EXPECT_EQ(status_of(read_sweep(writer.save())).counts.planned(), 4);
  again.replay(read_study(folder / "s" / "journal.log"), "2026-01-31T12:00:00Z");
  again.retry_failed();
  again.next(0, 0, "2026-01-31T12:00:00Z");
  std::string journal;
  for (const std::string& line : again.take_lines()) journal += line + "\n";
  testing_support::append_text(folder / "s" / "journal.log", journal);
  const SweepStatus status = status_of(read_sweep(folder / "s"));
  EXPECT_EQ(status.counts.planned(), again.planned());
  EXPECT_EQ(status.counts.planned(), 5);
  EXPECT_EQ(status.counts.pending, 3);
}

TEST(SweepStatus, PrefersACompleteTrialToABetterOneThatStillRuns) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1, 0.2, 0.3}), {});
  EXPECT_EQ(status_of(read_sweep(writer.save())).best, std::nullopt);
  writer.run({0.9});
  EXPECT_EQ(status_of(read_sweep(writer.save())).best, 0);
  writer.run({0.1, 0.2, 0.3});
  EXPECT_EQ(status_of(read_sweep(writer.save())).best, 1);
}

TEST(SweepStatus, SaysWhoHoldsTheLockAndLeavesItAlone) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1}), {});
  const SweepResults sweep = read_sweep(writer.save());
  const auto text = [&] { return status_text(sweep, status_of(sweep)); };
  const auto json = [&] { return status_json(sweep, status_of(sweep))["lock"]; };
  EXPECT_THAT(text(), HasSubstr("lock     nobody works on it; sweep --resume goes on\n"));
  EXPECT_TRUE(json().is_null());
  {
    const LockAttempt attempt = try_lock(folder / "s", {.process = this_process(), .slurm_job = "77"});
    ASSERT_TRUE(attempt.lock);
    EXPECT_THAT(text(), HasSubstr(fmt::format("process {} on host {} (SLURM job 77) works on it", ::getpid(), this_process().host)));
    EXPECT_EQ(json()["process"], "running");
    EXPECT_EQ(json()["pid"], ::getpid());
    EXPECT_EQ(json()["slurm_job_id"], "77");
    EXPECT_TRUE(attempt.lock->holds());
  }
  ProcessIdentity ended = this_process();
  ended.start += 1;
  testing_support::write_text(folder / "s" / "sweep.lock", lock_text({.token = new_token(), .process = ended}));
  EXPECT_THAT(text(), HasSubstr("has ended without giving it back; sweep --resume goes on"));
  ended.host = "elsewhere";
  testing_support::write_text(folder / "s" / "sweep.lock", lock_text({.token = new_token(), .process = ended}));
  EXPECT_THAT(text(), HasSubstr("on host elsewhere holds it, and cannot be seen from here"));
  EXPECT_TRUE(json()["slurm_job_id"].is_null());
  testing_support::write_text(folder / "s" / "sweep.lock", "{");
  EXPECT_THAT(text(), HasSubstr("sweep.lock is damaged"));
  EXPECT_EQ(json()["damaged"], true);
}

TEST(SweepStatus, TellsWhenTheJournalWasWritten) {
  const TemporaryFolder folder;
  SweepWriter writer(folder / "s", grid_spec({0.1}), {});
  const SweepResults sweep = read_sweep(writer.save());
  const auto time = std::chrono::sys_days(std::chrono::year(2026) / 2 / 3) + std::chrono::hours(4) + std::chrono::milliseconds(5600);
  std::filesystem::last_write_time(folder / "s" / "journal.log", std::chrono::file_clock::from_sys(time));
  EXPECT_EQ(status_of(sweep).folders.at(0).journal_written, "2026-02-03T04:00:05Z");
}

}  // namespace
}  // namespace agsweep
