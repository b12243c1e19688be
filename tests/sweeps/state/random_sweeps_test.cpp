// Whole sweeps under random faults. A seed is a run: AGSWEEP_SEED=N in the environment runs that one alone, and tells each event;
// AGSWEEP_RUNS=N runs so many.
#include <cstdlib>  // std::getenv
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "tests/sweeps/state/small_sweep.hpp"
#include "tests/sweeps/state/sweep_simulation.hpp"

namespace agsweep {
namespace {

using namespace testing_support;

constexpr std::uint64_t runs_per_sweep = 8;  // each under faults of its own

std::optional<std::uint64_t> number_in_environment(const char* name) {
  const char* const text = std::getenv(name);
  return text == nullptr ? std::nullopt : std::optional<std::uint64_t>(std::stoull(text));
}

SimulatedSweep random_sweep(std::uint64_t number) {
  PhiloxStream random(number, 1);
  const auto scheduler = static_cast<SchedulerKind>(random.below(static_cast<std::uint32_t>(enum_words<SchedulerKind>.size())));
  const SamplerKind sampler = random.below(16) == 0 ? SamplerKind::tpe : SamplerKind::random;
  SimulatedSweep sweep{.spec = small_spec(1 + random.below(7), scheduler, sampler),
                       .epochs = 1 + random.below(5),
                       .workers = 1 + random.below(4),
                       .deterministic = random.below(4) != 0,
                       .failures = random.below(2) == 0 ? 0 : 0.1,
                       .early_ends = random.below(2) == 0 ? 0 : 0.4,
                       .model = number};
  if (random.below(4) == 0 && sampler != SamplerKind::tpe) sweep.spec.seeds = {1, 2};
  sweep.spec.retries = random.below(3);
  constexpr std::int64_t keeps[] = {-1, 0, 1, 3};
  sweep.spec.keep = keeps[random.below(4)];
  return sweep;
}

SimulatedRun random_run(std::uint64_t seed, const SimulatedSweep& sweep) {
  PhiloxStream random(seed, 2);
  const auto maybe = [&](double share) { return random.below(2) == 0 ? 0 : share; };
  SimulatedRun run{.groups = 1 + random.below(static_cast<std::uint32_t>(sweep.workers + 2)),
                   .groups_per_rank = 1 + random.below(2),
                   .speeds = seed,
                   .kills = maybe(0.01),
                   .stops = maybe(0.01),
                   .stalls = maybe(0.003),
                   .full_disks = maybe(0.02),
                   .failed_writes = 0,
                   .failed_leaves = maybe(0.1),
                   .old_journals = sweep.deterministic && sweep.failures > 0 ? 0 : maybe(0.3),  // it forgets retries, and so allows more
                   .budgets = maybe(0.2),
                   .most_faults = 1 + random.below(6),
                   .requests = maybe(0.02)};
  // These change what is decided, as does --retry-failed.
  if (!sweep.deterministic) {
    run.failed_writes = maybe(0.03);
    run.retry_failed = random.below(2) == 0;
  }
  return run;
}

/// @return what did not hold; empty where all did
std::string violation(std::uint64_t seed, std::FILE* trace = nullptr) try {
  static std::optional<std::pair<std::uint64_t, std::string>> undisturbed;  // a sweep's number, and its journal
  const std::uint64_t number = seed / runs_per_sweep;
  const SimulatedSweep sweep = random_sweep(number);
  if (sweep.deterministic && (!undisturbed || undisturbed->first != number)) {
    undisturbed = {number, decisions(simulate(sweep, {.groups = sweep.workers}).journal)};
  }
  SimulatedRun run = random_run(seed, sweep);
  run.trace = trace;
  const SimulatedDisk disk = simulate(sweep, run);
  return sweep.deterministic && decisions(disk.journal) != undisturbed->second ? "it decided otherwise than undisturbed" : "";
} catch (const std::exception& error) {
  return error.what();
}

#if defined(__SANITIZE_ADDRESS__) || !defined(NDEBUG)
constexpr std::uint64_t usual_runs = 500;
#else
constexpr std::uint64_t usual_runs = 20'000;
#endif
constexpr std::uint64_t parts = 5;  // that may run at once

class RandomSweeps : public testing::TestWithParam<std::uint64_t> {};

TEST_P(RandomSweeps, KeepWhatTheProtocolPromisesUnderAnyFaults) {
  if (const auto only = number_in_environment("AGSWEEP_SEED")) {
    if (GetParam() > 0) return;
    EXPECT_EQ(violation(*only, stderr), "");
    return;
  }
  const std::uint64_t runs = number_in_environment("AGSWEEP_RUNS").value_or(usual_runs) / parts;
  for (std::uint64_t seed = GetParam() * runs; seed < (GetParam() + 1) * runs; ++seed) {
    ASSERT_EQ(violation(seed), "") << "to see it happen: AGSWEEP_SEED=" << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Part, RandomSweeps, testing::Range(std::uint64_t{0}, parts));

}  // namespace
}  // namespace agsweep
