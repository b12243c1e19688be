#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/philox.hpp"
#include "sweeps/schedule/asha.hpp"
#include "tests/sweeps/schedule/naive_asha.hpp"

namespace agsweep {
namespace {

// A sweep with random reports, failures, early ends, prunings and delays, in which AshaScheduler must agree with NaiveAsha about
// everything.
class RandomSweep {
 public:
  explicit RandomSweep(std::uint64_t seed)
      : random_(seed, 0),
        eta_(2 + random_.below(3)),
        epochs_(1 + random_.below(30)),
        rungs_(asha_rungs(1 + random_.below(static_cast<std::uint32_t>(std::min<std::int64_t>(epochs_, 3))), eta_, epochs_)),
        trials_(1 + random_.below(40)),
        scheduler_(rungs_, eta_),
        naive_(rungs_, eta_) {}

  void run() {
    while (step()) {
      ASSERT_EQ(scheduler_.promotable(), naive_.promotable());
      ASSERT_EQ(scheduler_.last_promotable(), naive_.last_promotable());
      if (testing::Test::HasFailure()) return;
    }
    // The end: every trial is begun, none runs, nothing is promotable, and one is complete unless none is left.
    EXPECT_EQ(begun_, trials_);
    EXPECT_EQ(scheduler_.promotable(), std::nullopt);
    EXPECT_TRUE(complete_ > 0 || paused_.empty());
  }

 private:
  struct Running {
    std::int64_t trial;
    std::int64_t epoch;  // its last
  };

  bool step() {
    const std::uint32_t choice = random_.below(100);
    if (choice < 25 || running_.empty()) return take_work() || report();
    if (choice < 28) return fail_running();
    if (choice < 30 && !paused_.empty()) return end_paused();
    if (choice < 33) return end_early();
    return report();
  }

  // What a free worker does.
  bool take_work() {
    if (const auto trial = scheduler_.promotable()) return promote(*trial);
    if (begun_ < trials_) {
      running_.push_back({.trial = begun_++, .epoch = 0});
      return true;
    }
    if (!running_.empty()) return false;
    const auto trial = scheduler_.last_promotable();
    return trial && promote(*trial);
  }

  bool promote(std::int64_t trial) {
    const auto found = std::find_if(paused_.begin(), paused_.end(), [&](const Running& one) { return one.trial == trial; });
    EXPECT_NE(found, paused_.end()) << "promoted a trial that is not paused";
    EXPECT_TRUE(promotions_.emplace(trial, found->epoch).second) << "promoted twice from one rung";
    scheduler_.promote(trial);
    naive_.promote(trial);
    running_.push_back(*found);
    paused_.erase(found);
    return true;
  }

  bool report() {
    if (running_.empty()) return false;
    const std::size_t which = pick(running_);
    Running& one = running_[which];
    ++one.epoch;
    const double score = random_.below(8) / 8.0;  // few levels, so that many are equal
    const Verdict verdict = scheduler_.report(one.trial, one.epoch, score);
    EXPECT_EQ(verdict == Verdict::go_on, naive_.report(one.trial, one.epoch, score));
    EXPECT_NE(verdict, Verdict::stop);
    if (one.epoch == epochs_) ++complete_;
    if (verdict == Verdict::pause) paused_.push_back(one);
    if (one.epoch == epochs_ || verdict == Verdict::pause) running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(which));
    return true;
  }

  bool fail_running() {
    const std::size_t which = pick(running_);
    retire(running_[which].trial, true);
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(which));
    return true;
  }

  bool end_early() {
    const std::size_t which = pick(running_);
    if (running_[which].epoch == 0) return report();
    scheduler_.complete(running_[which].trial);
    naive_.complete(running_[which].trial);
    ++complete_;
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(which));
    return true;
  }

  bool end_paused() {
    const std::size_t which = pick(paused_);
    retire(paused_[which].trial, random_.below(2) == 0);
    paused_.erase(paused_.begin() + static_cast<std::ptrdiff_t>(which));
    return true;
  }

  void retire(std::int64_t trial, bool failed) {
    scheduler_.retire(trial, failed);
    naive_.retire(trial, failed);
  }

  std::size_t pick(const std::vector<Running>& from) { return random_.below(static_cast<std::uint32_t>(from.size())); }

  PhiloxStream random_;
  std::int64_t eta_;
  std::int64_t epochs_;
  std::vector<std::int64_t> rungs_;
  std::int64_t trials_;
  AshaScheduler scheduler_;
  NaiveAsha naive_;
  std::int64_t begun_ = 0;
  std::int64_t complete_ = 0;
  std::vector<Running> running_;
  std::vector<Running> paused_;
  std::set<std::pair<std::int64_t, std::int64_t>> promotions_;  // trial, rung's epoch
};

TEST(AshaProperties, AgreesWithThePlainestFormOfTheRuleInAnySweep) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    RandomSweep(seed).run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace agsweep
