#include "sweeps/journal/distribution.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;

TEST(Distribution, IsReadBackAsTheParameterThatItWas) {
  const SearchSpace space = {
      {.key = "lr", .scale = Scale::log, .low = 5e-5, .high = 5e-3},
      {.key = "dropout", .scale = Scale::range, .low = 0, .high = 0.3},
      {.key = "layers", .scale = Scale::integer, .low = -1, .high = 6},
      {.key = "ffn", .scale = Scale::log_integer, .low = 2, .high = 64},
      {.key = "lora_alpha", .scale = Scale::values, .values = {true, std::int64_t{2}, 2.5, std::string("2r \"\\\n")}},
  };
  for (const Parameter& parameter : space) {
    const Parameter read = parameter_of(parameter.key, distribution_json(parameter));
    EXPECT_EQ(read.key, parameter.key);
    EXPECT_EQ(read.scale, parameter.scale) << parameter.key;
    EXPECT_EQ(read.low, parameter.low) << parameter.key;
    EXPECT_EQ(read.high, parameter.high) << parameter.key;
    EXPECT_EQ(read.values, parameter.values) << parameter.key;
  }
}

TEST(ParameterOf, SaysWhatIsWrong) {
  const auto problem = [](std::string_view json) { return error_of([&] { parameter_of("lr", json); }); };
  for (const char* no_object :
       {"", "[", "[]", "{}", R"({"name": "FloatDistribution"})", R"({"name": "IntDistribution", "attributes": 3})"}) {
    EXPECT_EQ(problem(no_object), "lr: its distribution is no object with name and attributes") << no_object;
  }
  EXPECT_THAT(problem(R"({"name": "NormalDistribution", "attributes": {}})"), HasSubstr("none of FloatDistribution"));
  EXPECT_THAT(problem(R"({"name": 3, "attributes": {}})"), HasSubstr("none of FloatDistribution"));
  EXPECT_THAT(problem(R"({"name": "FloatDistribution", "attributes": {"log": 1}})"), HasSubstr("whether it is log"));
  EXPECT_THAT(problem(R"({"name": "FloatDistribution", "attributes": {"log": true, "low": "1"}})"), HasSubstr("no number low"));
  EXPECT_THAT(problem(R"({"name": "IntDistribution", "attributes": {"log": true, "low": 1.5}})"),
              HasSubstr("low is 1.5, expected a whole"));
  EXPECT_THAT(problem(R"({"name": "IntDistribution", "attributes": {"log": true, "low": 1, "high": 1e300}})"), HasSubstr("high is 1e+300"));
  EXPECT_THAT(problem(R"({"name": "CategoricalDistribution", "attributes": {"choices": []}})"), HasSubstr("no choices"));
  EXPECT_THAT(problem(R"({"name": "CategoricalDistribution", "attributes": {"choices": [[]]}})"), HasSubstr("a choice is of type array"));
}

}  // namespace
}  // namespace agsweep
