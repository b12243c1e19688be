#include "sweeps/sample/tpe_sampler.hpp"

#include <algorithm>  // std::is_sorted
#include <cmath>
#include <functional>
#include <set>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sweeps/sample/sampler.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;

Observation complete(double score) { return {.point = {}, .epoch = 9, .score = score, .complete = true}; }
Observation stopped(std::int64_t epoch, double score) { return {.point = {}, .epoch = epoch, .score = score}; }
const Observation running{};

TEST(TpeSplit, TakesTheBestTenthRoundedUp) {
  std::vector<Observation> history;
  for (int i = 0; i < 11; ++i) history.push_back(complete(i));
  EXPECT_THAT(split_history(history).better, ElementsAre(9, 10));
  history.pop_back();
  EXPECT_THAT(split_history(history).better, ElementsAre(9));
}

TEST(TpeSplit, TakesAtMost25) {
  std::vector<Observation> history(300, complete(0.5));
  EXPECT_EQ(split_history(history).better.size(), 25U);
  EXPECT_EQ(split_history(history).others.size(), 275U);
}

TEST(TpeSplit, PrefersCompleteTrialsThenThoseStoppedLater) {
  std::vector<Observation> history(12, stopped(1, 0.9));
  history[3] = stopped(3, 0.1);
  history[7] = stopped(3, 0.2);
  EXPECT_THAT(split_history(history).better, ElementsAre(3, 7));
  history[5] = complete(0);
  EXPECT_THAT(split_history(history).better, ElementsAre(5, 7));
}

TEST(TpeSplit, PutsTrialsThatHaveNotReportedAmongTheOthersWithoutCountingThem) {
  std::vector<Observation> history(10, complete(-5));
  history.insert(history.begin() + 4, 30, running);
  const TpeSplit split = split_history(history);
  EXPECT_THAT(split.better, ElementsAre(0));
  EXPECT_EQ(split.others.size(), 39U);
  EXPECT_EQ(reported_trials(history), 10);
}

TEST(TpeSplit, TakesTheEarlierOfEqualsAndKeepsTheOrderOfTheHistory) {
  const std::vector<Observation> history(20, complete(0.5));
  const TpeSplit split = split_history(history);
  EXPECT_THAT(split.better, ElementsAre(0, 1));
  EXPECT_TRUE(std::is_sorted(split.others.begin(), split.others.end()));
}

TEST(TpeSplit, LeavesFailedTrialsOut) {
  std::vector<Observation> history(10, complete(0.5));
  history[3].failed = true;
  const TpeSplit split = split_history(history);
  EXPECT_THAT(split.better, ElementsAre(0));
  EXPECT_THAT(split.others, ElementsAre(1, 2, 4, 5, 6, 7, 8, 9));
  EXPECT_EQ(reported_trials(history), 9);
}

TEST(TpeSplit, OfNoHistoryIsEmpty) {
  EXPECT_TRUE(split_history({}).better.empty());
  EXPECT_TRUE(split_history({}).others.empty());
}

const SearchSpace mixed_space = {{.key = "lr", .scale = Scale::log, .low = 1e-5, .high = 1e-2},
                                 {.key = "dropout", .scale = Scale::range, .low = 0, .high = 0.5},
                                 {.key = "layers", .scale = Scale::integer, .low = 1, .high = 6},
                                 {.key = "ffn", .scale = Scale::log_integer, .low = 2, .high = 64},
                                 {.key = "rank", .scale = Scale::values, .values = {2.0, 4.0, 8.0, 16.0}},
                                 {.key = "targets", .scale = Scale::values, .values = {"attention", "mlp", "all"}},
                                 {.key = "rslora", .scale = Scale::values, .values = {false, true}}};

SweepSpec spec_of(SearchSpace space, std::int64_t seed = 42) {
  SweepSpec spec;
  spec.space = std::move(space);
  spec.sampler_seed = seed;
  return spec;
}

using Score = std::function<double(const Point&)>;
const Score rate_score = [](const Point& point) { return -std::abs(std::log(point[0] / 1e-3)); };
const Score equal_score = [](const Point&) { return 0.5; };

/// Complete trials, one after another.
std::vector<Observation> run(const SweepSpec& spec, std::int64_t trials, const Score& score) {
  const auto sampler = make_tpe_sampler(spec);
  std::vector<Observation> history;
  for (std::int64_t index = 0; index < trials; ++index) {
    Point point = sampler->sample(index, history);
    const double value = score(point);
    history.push_back({.point = std::move(point), .epoch = 9, .score = value, .complete = true});
  }
  return history;
}

void expect_allowed(const SearchSpace& space, const Point& point) {
  ASSERT_EQ(point.size(), space.size());
  for (std::size_t i = 0; i < space.size(); ++i) {
    const Parameter& parameter = space[i];
    const bool whole = parameter.scale != Scale::log && parameter.scale != Scale::range;
    const bool indexed = parameter.scale == Scale::values;
    EXPECT_GE(point[i], indexed ? 0 : parameter.low) << parameter.key;
    EXPECT_LE(point[i], indexed ? static_cast<double>(parameter.values.size()) - 1 : parameter.high) << parameter.key;
    EXPECT_TRUE(!whole || point[i] == std::round(point[i])) << parameter.key;
  }
}

TEST(TpeSampler, StartsWithTenTrialsOfTheRandomSampler) {
  const std::vector<Observation> history = run(spec_of(mixed_space), 11, rate_score);
  for (std::int64_t index = 0; index < 10; ++index) {
    EXPECT_EQ(history[static_cast<std::size_t>(index)].point, random_point(mixed_space, 42, index));
  }
  EXPECT_NE(history[10].point, random_point(mixed_space, 42, 10));
}

TEST(TpeSampler, GivesTheSamePointForTheSameHistoryAndIndex) {
  const SweepSpec spec = spec_of(mixed_space);
  const std::vector<Observation> history = run(spec, 20, rate_score);
  const Point point = make_tpe_sampler(spec)->sample(20, history);
  EXPECT_EQ(make_tpe_sampler(spec)->sample(20, history), point);
  EXPECT_NE(make_tpe_sampler(spec)->sample(21, history), point);
  EXPECT_NE(make_tpe_sampler(spec_of(mixed_space, 43))->sample(20, history), point);
}

TEST(TpeSampler, NeverLeavesTheSpace) {
  for (const Score& score : {rate_score, equal_score}) {
    for (const Observation& observation : run(spec_of(mixed_space), 80, score)) expect_allowed(mixed_space, observation.point);
  }
}

TEST(TpeSampler, LearnsFromFirstTrialsOutsideTheBounds) {
  const SweepSpec spec = spec_of(mixed_space);
  std::vector<Observation> history = run(spec, 12, rate_score);
  for (const double far : {1e-9, 10.0}) {
    history.push_back({.point = {far, 0.9, 40, 1, 3, 2, 1}, .epoch = 9, .score = 100, .complete = true});
  }
  for (std::int64_t index = 12; index < 40; ++index) expect_allowed(mixed_space, make_tpe_sampler(spec)->sample(index, history));
}

TEST(TpeSampler, ComesCloserToTheOptimumThanItsStart) {
  const std::vector<Observation> history = run(spec_of(mixed_space), 60, rate_score);
  double start = 0;
  double end = 0;
  for (std::size_t i = 0; i < 10; ++i) {
    start += history[i].score;
    end += history[50 + i].score;
  }
  EXPECT_GT(end, start / 2);
}

TEST(TpeSampler, AvoidsWhereOtherWorkersAreTraining) {
  // The running trial's neighbourhood: with it in the history fewer of the new points fall there.
  const SearchSpace space = {{.key = "x", .scale = Scale::range, .low = 0, .high = 1}};
  const SweepSpec spec = spec_of(space);
  const auto sampler = make_tpe_sampler(spec);
  const std::vector<Observation> alone = run(spec, 20, [](const Point& point) { return -std::abs(point[0] - 0.5); });
  std::vector<Observation> beside = alone;
  beside.insert(beside.end(), 5, {.point = sampler->sample(20, alone)});
  const double taken = beside.back().point[0];
  int near_alone = 0;
  int near_beside = 0;
  for (std::int64_t index = 20; index < 120; ++index) {
    near_alone += std::abs(sampler->sample(index, alone)[0] - taken) < 0.01;
    near_beside += std::abs(sampler->sample(index, beside)[0] - taken) < 0.01;
  }
  EXPECT_GT(near_alone, 2 * near_beside);
}

TEST(TpeSampler, TriesEachOfAFewConfigurationsBeforeAnyTwice) {
  const SearchSpace space = {{.key = "rank", .scale = Scale::values, .values = {2.0, 4.0, 8.0, 16.0}},
                             {.key = "layers", .scale = Scale::integer, .low = 1, .high = 5}};
  std::vector<Observation> history;
  for (std::int64_t i = 0; i < 10; ++i) {
    const std::int64_t rank = i % 4, layers = 1 + i / 4;
    history.push_back({.point = {static_cast<double>(rank), static_cast<double>(layers)}, .epoch = 1, .score = 0.1, .complete = true});
  }
  const auto sampler = make_tpe_sampler(spec_of(space));
  std::set<Point> points;
  for (std::int64_t index = 10; index < 15; ++index) {
    history.push_back({.point = sampler->sample(index, history), .epoch = 1, .score = 0.1, .complete = true});
  }
  for (const Observation& observation : history) points.insert(observation.point);
  EXPECT_EQ(points.size(), history.size());
  for (std::int64_t index = 15; index < 40; ++index) {  // none is left in the end
    history.push_back({.point = sampler->sample(index, history), .epoch = 1, .score = 0.1, .complete = true});
    expect_allowed(space, history.back().point);
  }
}

TEST(TpeSampler, DoesNotComeBackToWhatFailed) {
  const SearchSpace space = {{.key = "heads", .scale = Scale::integer, .low = 1, .high = 4}};
  const auto sampler = make_tpe_sampler(spec_of(space));
  std::vector<Observation> history;
  for (std::int64_t index = 0; index < 40; ++index) {
    const Point point = sampler->sample(index, history);
    if (index >= 13) EXPECT_NE(point[0], 3) << index;
    const bool fails = point[0] == 3;
    history.push_back({.point = point, .epoch = fails ? 0 : 1, .score = point[0], .complete = !fails, .failed = fails});
  }
}

TEST(TpeSampler, ServesParametersOfOneValue) {
  const SearchSpace space = {{.key = "a", .scale = Scale::range, .low = 0.1, .high = 0.1},
                             {.key = "b", .scale = Scale::integer, .low = 3, .high = 3},
                             {.key = "c", .scale = Scale::values, .values = {"only"}},
                             {.key = "d", .scale = Scale::log, .low = 1e-3, .high = 1e-3}};
  for (const Observation& observation : run(spec_of(space), 15, equal_score)) EXPECT_EQ(observation.point, (Point{0.1, 3, 0, 1e-3}));
}

TEST(TpeSampler, KeepsToRandomPointsWhileTrialsHaveNotReported) {
  const SweepSpec spec = spec_of(mixed_space);
  const std::vector<Observation> history(500, {.point = random_point(mixed_space, 1, 1)});
  EXPECT_EQ(make_tpe_sampler(spec)->sample(500, history), random_point(mixed_space, 42, 500));
  EXPECT_EQ(make_tpe_sampler(spec)->sample(0, {}), random_point(mixed_space, 42, 0));
}

}  // namespace
}  // namespace agsweep
