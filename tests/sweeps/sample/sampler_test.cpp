#include "sweeps/sample/sampler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>  // std::sort
#include <cmath>
#include <set>
#include <string>

namespace agsweep {
namespace {

using testing::ElementsAre;

SearchSpace one_of_each_scale() {
  return {{.key = "lr", .scale = Scale::log, .low = 1e-5, .high = 1e-2},
          {.key = "dropout", .scale = Scale::range, .low = 0, .high = 0.5},
          {.key = "layers", .scale = Scale::integer, .low = 1, .high = 6},
          {.key = "batch_size", .scale = Scale::log_integer, .low = 16, .high = 256},
          {.key = "lora_rank", .values = {std::int64_t{2}, std::int64_t{4}, std::int64_t{8}}}};
}

SweepSpec spec(SamplerKind kind, std::int64_t seed = 7) {
  SweepSpec spec;
  spec.sampler = kind;
  spec.sampler_seed = seed;
  spec.space = one_of_each_scale();
  return spec;
}

std::vector<Point> draw(const Sampler& sampler, std::int64_t count) {
  std::vector<Point> points;
  for (std::int64_t index = 0; index < count; ++index) points.push_back(sampler.sample(index, {}));
  return points;
}

class RandomAndSobol : public testing::TestWithParam<SamplerKind> {};
INSTANTIATE_TEST_SUITE_P(Samplers, RandomAndSobol, testing::Values(SamplerKind::random, SamplerKind::sobol),
                         [](const auto& kind) { return std::string(to_word(kind.param)); });

TEST_P(RandomAndSobol, DrawConfigurationFromItsIndexAlone) {
  const std::vector<Point> points = draw(*make_sampler(spec(GetParam())), 100);
  const auto backwards = make_sampler(spec(GetParam()));
  const std::vector<Observation> history = {{.point = points[0], .epoch = 1, .score = 0.5}};
  for (std::size_t index = points.size(); index-- > 0;) {
    EXPECT_EQ(backwards->sample(static_cast<std::int64_t>(index), history), points[index]) << index;
  }
}

TEST_P(RandomAndSobol, DrawOthersForAnotherSeed) {
  const std::vector<Point> points = draw(*make_sampler(spec(GetParam())), 50);
  const std::vector<Point> others = draw(*make_sampler(spec(GetParam(), 8)), 50);
  for (std::size_t index = 0; index < points.size(); ++index) EXPECT_NE(points[index], others[index]) << index;
}

TEST_P(RandomAndSobol, StayWithinTheSpaceAndReachAllOfIt) {
  const SweepSpec the_spec = spec(GetParam());
  const std::vector<Point> points = draw(*make_sampler(the_spec), 4096);
  for (std::size_t i = 0; i < the_spec.space.size(); ++i) {
    const Parameter& parameter = the_spec.space[i];
    const bool is_list = parameter.scale == Scale::values;
    const double low = is_list ? 0 : parameter.low, high = is_list ? 2 : parameter.high;
    std::vector<double> numbers;
    numbers.reserve(points.size());
    for (const Point& point : points) numbers.push_back(point.at(i));
    std::sort(numbers.begin(), numbers.end());
    EXPECT_GE(numbers.front(), low) << parameter.key;
    EXPECT_LE(numbers.back(), high) << parameter.key;
    EXPECT_LE(numbers.front(), std::lerp(low, high, 0.01)) << parameter.key;
    EXPECT_GE(numbers.back(), std::lerp(low, high, 0.98)) << parameter.key;
    const bool may_be_broken = parameter.scale == Scale::log || parameter.scale == Scale::range;
    const bool whole = std::all_of(numbers.begin(), numbers.end(), [](double number) { return number == std::round(number); });
    EXPECT_NE(whole, may_be_broken) << parameter.key;
  }
}

TEST_P(RandomAndSobol, GiveEachValueItsShare) {
  SweepSpec the_spec = spec(GetParam());
  the_spec.space = {{.key = "a", .values = std::vector<ParameterValue>(10, true)},
                    {.key = "b", .values = std::vector<ParameterValue>(10, true)}};
  constexpr std::int64_t draws = 20000;
  std::vector<double> pairs(100, 0);
  for (const Point& point : draw(*make_sampler(the_spec), draws)) ++pairs.at(static_cast<std::size_t>(10 * point[0] + point[1]));
  double chi_square = 0;
  for (const double count : pairs) chi_square += std::pow(count - draws / 100.0, 2) / (draws / 100.0);
  EXPECT_LT(chi_square, 148.2);  // the 99.9th percentile for 99 degrees of freedom
}

TEST(GridSampler, GivesEachConfigurationOnceTheLastKeyFastest) {
  SweepSpec the_spec;
  the_spec.sampler = SamplerKind::grid;
  the_spec.space = {{.key = "lora_rank", .values = {std::int64_t{2}, std::int64_t{4}}},
                    {.key = "layers", .scale = Scale::integer, .low = 3, .high = 5}};
  EXPECT_THAT(draw(*make_sampler(the_spec), 6), ElementsAre(Point{0, 3}, Point{0, 4}, Point{0, 5}, Point{1, 3}, Point{1, 4}, Point{1, 5}));
}

TEST(GridSampler, LeavesOutWhatFirstTrialsHaveAlready) {
  SweepSpec the_spec;
  the_spec.sampler = SamplerKind::grid;
  the_spec.space = {{.key = "n", .scale = Scale::integer, .low = 1, .high = 3}, {.key = "m", .scale = Scale::integer, .low = 1, .high = 3}};
  the_spec.first_trials = {{3, 3}, {1, 2}, {9, 1}, {1, 1}};  // one outside the grid, not in order
  const std::vector<Point> points = draw(*make_sampler(the_spec), 9 - 3);
  std::set<Point> all(points.begin(), points.end());
  EXPECT_EQ(all.size(), points.size());
  for (const Point& point : the_spec.first_trials) EXPECT_TRUE(all.insert(point).second);
  EXPECT_EQ(all.size(), 9 + 1);
  EXPECT_THAT(points, ElementsAre(Point{1, 3}, Point{2, 1}, Point{2, 2}, Point{2, 3}, Point{3, 1}, Point{3, 2}));
}

TEST(MakeSampler, GivesTheSpecsTpe) {
  const auto sampler = make_sampler(spec(SamplerKind::tpe));
  EXPECT_EQ(sampler->sample(0, {}).size(), one_of_each_scale().size());
}

}  // namespace
}  // namespace agsweep
