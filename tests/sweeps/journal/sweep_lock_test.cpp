#include "sweeps/journal/sweep_lock.hpp"

#include <utility>  // std::exchange

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "sweeps/journal/journal_file.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/sweeps/journal/forked_process.hpp"
#include "tests/sweeps/journal/sample_journal.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing_support::error_of;
using testing_support::ForkedProcess;
using testing_support::TemporaryFolder;
namespace fs = std::filesystem;

std::vector<fs::path> files_in(const TemporaryFolder& folder) { return {fs::directory_iterator(folder.path()), {}}; }

LockRequest request() { return {.process = this_process()}; }

/// A holder on a host that nothing is known of.
LockHolder remote_holder() { return {.token = new_token(), .process = {.host = "n7", .pid = 4242, .start = 99, .pid_space = "elsewhere"}}; }

void write_lock(const TemporaryFolder& folder, const LockHolder& holder) {
  write_file_atomically(folder / "sweep.lock", lock_text(holder));
}

/// A clock that goes on while one sleeps, and what happened meanwhile.
struct FakeTime {
  double seconds = 1000;
  std::vector<std::string> messages = {};
  std::function<void(double seconds)> at_sleep = [](double) {};  // gets the time since the start

  LockWait wait() {
    return {.now = [this] { return seconds; },
            .sleep =
                [this](double duration) {
                  seconds += duration;
                  at_sleep(seconds - 1000);
                },
            .message = [this](const std::string& line) { messages.push_back(line); }};
  }
  double slept() const { return seconds - 1000; }
};

/// A child that holds the sweep's lock and journal: 'h' asks whether it still holds the lock, 'b' bumps it, 'a' appends to the journal.
std::function<ForkedProcess::Answer()> holder_of(const fs::path& folder) {
  return [folder]() -> ForkedProcess::Answer {
    auto lock = std::make_shared<SweepLock>(std::move(try_lock(folder, request()).lock.value()));
    auto journal = std::make_shared<OpenedJournal>(open_journal(folder / "journal.log", [lock] {
      if (!lock->holds()) throw RunTimeError("the lock is lost");
    }));
    return [lock, journal](char command) {
      if (command == 'h') return lock->holds() ? 'y' : 'n';
      if (command == 'b') return lock->bump() ? 'y' : 'n';
      return error_of<RunTimeError>([&] { journal->journal.append(testing_support::sample_groups()[0]); }) == "no error" ? 'y' : 'n';
    };
  };
}

TEST(SweepLock, HasOneHolderAndLeavesNothingBehind) {
  const TemporaryFolder folder;
  {
    LockAttempt first = try_lock(folder.path(), request());
    ASSERT_TRUE(first.lock);
    EXPECT_TRUE(first.lock->holds());
    EXPECT_TRUE(first.lock->bump());
    EXPECT_FALSE(try_lock(folder.path(), request()).lock);
    EXPECT_THAT(files_in(folder), ElementsAre(folder / "sweep.lock"));
  }
  EXPECT_THAT(files_in(folder), IsEmpty());
}

TEST(SweepLock, BelongsToOneObject) {
  const TemporaryFolder folder;
  std::optional<SweepLock> kept;
  {
    LockAttempt attempt = try_lock(folder.path(), request());
    kept = std::move(attempt.lock);
  }
  EXPECT_TRUE(kept->holds());
  kept.reset();
  EXPECT_THAT(files_in(folder), IsEmpty());
}

TEST(SweepLock, ShowsThatItsHolderLivesByItsCounterAlone) {
  const TemporaryFolder folder;
  std::optional<SweepLock> lock = try_lock(folder.path(), request()).lock;
  const std::string before = read_file(folder / "sweep.lock");
  for (int bump = 0; bump < 12; ++bump) EXPECT_TRUE(lock->bump());
  const std::string after = read_file(folder / "sweep.lock");
  EXPECT_EQ(after.size(), before.size());
  LockHolder holder = parse_lock(after).value();
  EXPECT_EQ(holder.counter, 12U);
  holder.counter = 0;
  EXPECT_EQ(lock_text(holder), before);
}

TEST(LockSweep, NamesAHolderThatRunsOnThisMachine) {
  const TemporaryFolder folder;
  ForkedProcess holder(holder_of(folder.path()));
  ASSERT_EQ(holder.ask('h'), 'y');
  FakeTime time;
  EXPECT_EQ(error_of<RunTimeError>([&] { lock_sweep(folder.path(), request(), time.wait()); }),
            fmt::format("{}: process {} on host {} works in this folder", folder.path().string(), holder.pid(), this_process().host));
  EXPECT_NEAR(time.slept(), lock_ending_seconds, 0.1);
  EXPECT_EQ(holder.ask('h'), 'y');
  holder.quit();
  EXPECT_NO_THROW(lock_sweep(folder.path(), request(), time.wait()));
}

TEST(LockSweep, TakesOverFromAKilledProcess) {
  for (const bool reaped : {false, true}) {
    const TemporaryFolder folder;
    ForkedProcess holder(holder_of(folder.path()));
    ASSERT_EQ(holder.ask('h'), 'y');
    holder.kill();
    if (reaped) holder.reap();
    FakeTime time;
    const SweepLock lock = lock_sweep(folder.path(), request(), time.wait());
    EXPECT_TRUE(lock.holds());
    EXPECT_EQ(time.slept(), 0);
    EXPECT_THAT(files_in(folder), testing::UnorderedElementsAre(folder / "sweep.lock", folder / "journal.log"));
  }
}

TEST(LockSweep, TakesOverFromAProcessThatEndsWhileItIsWatched) {
  const TemporaryFolder folder;
  ForkedProcess holder(holder_of(folder.path()));
  ASSERT_EQ(holder.ask('h'), 'y');
  FakeTime time;
  bool killed = false;
  time.at_sleep = [&](double since) {
    if (since > 0.5 && !std::exchange(killed, true)) holder.kill();
  };
  const SweepLock lock = lock_sweep(folder.path(), request(), time.wait());
  EXPECT_TRUE(lock.holds());
  EXPECT_NEAR(time.slept(), 0.5, 0.1);
  EXPECT_THAT(time.messages, IsEmpty());
}

TEST(LockSweep, TakesWhatARunningProcessGivesBackWhileItIsWatched) {
  const TemporaryFolder folder;
  LockHolder gone = {.token = new_token(), .process = this_process()};
  gone.process.start -= 1;
  const std::vector<std::function<void()>> changes = {[&] { fs::remove(folder / "sweep.lock"); }, [&] { write_lock(folder, gone); }};
  for (const auto& change : changes) {
    write_lock(folder, {.token = new_token(), .process = this_process()});
    FakeTime time;
    time.at_sleep = [&](double since) {
      if (since > 0.5) change();
    };
    EXPECT_TRUE(lock_sweep(folder.path(), request(), time.wait()).holds());
    EXPECT_NEAR(time.slept(), 0.5, 0.1);
  }
}

TEST(LockSweep, TakesOverWhereTheProcessIdHasGoneToAYoungerProcess) {
  const TemporaryFolder folder;
  LockHolder holder = {.token = new_token(), .process = this_process()};
  holder.process.start -= 1;
  write_lock(folder, holder);
  EXPECT_TRUE(try_lock(folder.path(), request()).lock);
}

TEST(LockSweep, TakesOverFromItsOwnJobBeforeARequeue) {
  const TemporaryFolder folder;
  LockHolder holder = remote_holder();
  holder.slurm_job = "77";
  holder.slurm_restarts = 1;
  write_lock(folder, holder);
  LockRequest ours = request();
  ours.job_ended = [](const std::string&) -> bool { throw std::logic_error("our own job has not ended"); };
  ours.slurm_job = "77";
  ours.slurm_restarts = 1;
  EXPECT_FALSE(try_lock(folder.path(), ours).lock);
  ours.slurm_restarts = 2;
  EXPECT_TRUE(try_lock(folder.path(), ours).lock);
}

TEST(LockSweep, TakesOverSoonerWhenSlurmSaysThatTheJobHasEndedButNotAtOnce) {
  const TemporaryFolder folder;
  LockHolder holder = remote_holder();
  holder.slurm_job = "77";
  write_lock(folder, holder);
  LockRequest ours = request();
  ours.job_ended = [&](const std::string& job) { return job == "77"; };
  EXPECT_FALSE(try_lock(folder.path(), ours).lock) << "it may have recorded a job that it is no part of";
  FakeTime time;
  EXPECT_TRUE(lock_sweep(folder.path(), ours, time.wait()).holds());
  EXPECT_EQ(time.slept(), lock_ended_seconds);
}

TEST(LockSweep, TakesOverFromAnotherHostWhoseCounterStandsStillForAMinute) {
  const TemporaryFolder folder;
  write_lock(folder, remote_holder());
  FakeTime time;
  const SweepLock lock = lock_sweep(folder.path(), request(), time.wait());
  EXPECT_TRUE(lock.holds());
  EXPECT_EQ(time.slept(), lock_stale_seconds);
  EXPECT_THAT(time.messages, ElementsAre(HasSubstr("made by process 4242 on host n7")));
}

TEST(LockSweep, GivesUpWhenTheCounterMoves) {
  const TemporaryFolder folder;
  LockHolder holder = remote_holder();
  holder.slurm_job = "77";
  write_lock(folder, holder);
  FakeTime time;
  time.at_sleep = [&](double seconds) {
    if (seconds != lock_bump_seconds) return;
    ++holder.counter;
    write_lock(folder, holder);
  };
  EXPECT_THAT(error_of<RunTimeError>([&] { lock_sweep(folder.path(), request(), time.wait()); }),
              EndsWith("process 4242 on host n7 (SLURM job 77) works in this folder"));
  EXPECT_EQ(time.slept(), lock_bump_seconds);
}

TEST(LockSweep, TakesAFreedLockWithoutWaitingOn) {
  const TemporaryFolder folder;
  write_lock(folder, remote_holder());
  FakeTime time;
  time.at_sleep = [&](double) { fs::remove(folder / "sweep.lock"); };
  EXPECT_TRUE(lock_sweep(folder.path(), request(), time.wait()).holds());
  EXPECT_EQ(time.slept(), 1);
}

TEST(LockSweep, WatchesADamagedFileLikeAnUnseenHolder) {
  LockHolder outside = remote_holder();
  outside.token = "../../../../tmp/x";
  for (const std::string& content : {std::string(), std::string("{"), std::string(100, '\0'), std::string("[]\n"), lock_text(outside)}) {
    const TemporaryFolder folder;
    write_file_atomically(folder / "sweep.lock", content);
    FakeTime time;
    EXPECT_TRUE(lock_sweep(folder.path(), request(), time.wait()).holds());
    EXPECT_EQ(time.slept(), lock_stale_seconds);
  }
}

TEST(LockSweep, LetsAHolderThatWasStoppedWriteNothingMore) {
  const TemporaryFolder folder;
  ForkedProcess holder(holder_of(folder.path()));
  ASSERT_EQ(holder.ask('h'), 'y');
  holder.stop();
  FakeTime time;
  const SweepLock lock = lock_sweep(folder.path(), request(), time.wait());
  EXPECT_EQ(time.slept(), lock_stale_seconds);
  const std::string content = read_file(folder / "sweep.lock");

  holder.go_on();
  EXPECT_EQ(holder.ask('a'), 'n');
  EXPECT_EQ(holder.ask('b'), 'n') << "a bump brings no lost lock back";
  EXPECT_EQ(holder.ask('h'), 'n');
  holder.quit();
  EXPECT_TRUE(lock.holds()) << "an ending process removes no lock but its own";
  EXPECT_EQ(read_file(folder / "sweep.lock"), content);
  EXPECT_EQ(read_file(folder / "journal.log"), "");
}

TEST(LockSweep, IsNotStoppedByATakerThatDiedHalfWay) {
  const TemporaryFolder folder;
  const LockHolder gone = remote_holder();
  LockHolder dead_taker = {.token = new_token(), .process = this_process()};
  dead_taker.process.start -= 1;
  write_lock(folder, gone);
  write_file_atomically(folder / ("sweep.lock." + gone.token), lock_text(dead_taker));
  FakeTime time;
  EXPECT_TRUE(lock_sweep(folder.path(), request(), time.wait()).holds());
  EXPECT_THAT(files_in(folder), IsEmpty()) << "the temporary lock above is given back, and so are the claims";
}

TEST(LockSweep, WaitsForATakerOfAnotherHostThatIsAtWork) {
  const TemporaryFolder folder;
  const LockHolder gone = remote_holder();
  LockHolder other_taker = remote_holder();
  other_taker.process.pid = 5151;
  write_lock(folder, gone);
  write_file_atomically(folder / ("sweep.lock." + gone.token), lock_text(other_taker));
  const LockAttempt attempt = try_lock(folder.path(), request(), {lock_text(gone)});
  ASSERT_FALSE(attempt.lock);
  EXPECT_EQ(attempt.blocker.holder->process.pid, 5151);
  EXPECT_EQ(read_file(folder / "sweep.lock"), lock_text(gone));
}

TEST(SweepLock, IsLeftToATakerThatIsAtWork) {
  const TemporaryFolder folder;
  std::optional<SweepLock> lock = try_lock(folder.path(), request()).lock;
  const std::string content = read_file(folder / "sweep.lock");
  write_file_atomically(folder / ("sweep.lock." + parse_lock(content)->token), lock_text(remote_holder()));
  lock.reset();
  EXPECT_EQ(read_file(folder / "sweep.lock"), content);
}

TEST(LockWatch, AsksAgainAfterAStopAndAfterALoss) {
  const TemporaryFolder folder;
  const SweepLock lock = try_lock(folder.path(), request()).lock.value();
  LockWatch watch(folder.path(), lock.token());
  EXPECT_TRUE(watch.holds(100));
  write_lock(folder, remote_holder());
  EXPECT_TRUE(watch.holds(100 + lock_bump_seconds / 2)) << "too early to read the file again";
  EXPECT_FALSE(watch.holds(100 + 2 * lock_bump_seconds));
  EXPECT_FALSE(watch.holds(100 + 2 * lock_bump_seconds)) << "what was lost once is not held for another ten seconds";
}

TEST(TryLock, NamesAFolderThatCannotBeWritten) {
  EXPECT_THAT(error_of<RunTimeError>([] { try_lock("/none", request()); }), HasSubstr("No such file or directory"));
}

}  // namespace
}  // namespace agsweep
