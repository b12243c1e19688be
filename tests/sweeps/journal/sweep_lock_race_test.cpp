#include <array>
#include <barrier>
#include <thread>

#include <gtest/gtest.h>

#include "sweeps/journal/sweep_lock.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing_support::TemporaryFolder;

constexpr int rounds = 200;
constexpr int takers = 3;

/// A lock whose process has ended.
LockHolder gone_holder() {
  LockHolder holder = {.token = new_token(), .process = this_process()};
  holder.process.start -= 1;
  return holder;
}

/// Lets `takers` threads ask for the lock at once, round by round. @return how many got it in each round
template <typename Prepare>
std::array<int, rounds> winners(const TemporaryFolder& folder, const Prepare& prepare) {
  std::array<std::optional<SweepLock>, takers> locks;  // of this round
  std::array<int, rounds> count{};
  std::barrier together(takers + 1);
  std::vector<std::thread> threads;
  for (int taker = 0; taker < takers; ++taker) {
    threads.emplace_back([&, taker] {
      for (int round = 0; round < rounds; ++round) {
        together.arrive_and_wait();
        locks[taker] = try_lock(folder.path(), {.process = this_process()}).lock;
        together.arrive_and_wait();
      }
    });
  }
  for (int round = 0; round < rounds; ++round) {
    prepare(round);
    together.arrive_and_wait();
    together.arrive_and_wait();
    for (std::optional<SweepLock>& lock : locks) {
      if (lock && lock->holds()) ++count[round];
      if (lock && !lock->holds()) count[round] = -1000;
      lock.reset();
    }
  }
  for (std::thread& thread : threads) thread.join();
  return count;
}

TEST(SweepLockRace, GivesAFreeLockToOneOfSeveral) {
  const TemporaryFolder folder;
  for (const int count : winners(folder, [](int) {})) ASSERT_EQ(count, 1);
}

TEST(SweepLockRace, GivesAStaleLockToOneOfSeveral) {
  const TemporaryFolder folder;
  const auto prepare = [&](int round) {
    const LockHolder gone = gone_holder();
    write_file_atomically(folder / "sweep.lock", lock_text(gone));
    const bool dead_taker = round % 2 == 1;
    if (dead_taker) write_file_atomically(folder / ("sweep.lock." + gone.token), lock_text(gone_holder()));
  };
  for (const int count : winners(folder, prepare)) ASSERT_EQ(count, 1);
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

}  // namespace
}  // namespace agsweep
