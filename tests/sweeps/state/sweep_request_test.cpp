#include "sweeps/state/sweep_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"
#include "tests/sweeps/state/small_sweep.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace testing_support;
using nlohmann::json;

const SweepSpec spec = {.name = {},
                        .model = "scratch",
                        .space = {{.key = "lr", .scale = Scale::log, .low = 1e-4, .high = 1e-2},
                                  {.key = "layers", .scale = Scale::integer, .low = 1, .high = 4},
                                  {.key = "rank", .scale = Scale::values, .values = {std::int64_t{2}, 0.5, true, std::string("x")}}}};

/// An OptionCheck of a program whose scratch model has an lr of at most 1.
ParameterValue lr_up_to_one(std::string_view model, std::string_view key, const ParameterValue& value, std::string_view origin) {
  if (model == "scratch" && key == "lr" && std::get<double>(value) > 1) throw UsageError("{}: too large", origin);
  return value;
}

std::string refused(const json& parameters) {
  return error_of<DataError>([&] { requested_point(spec, lr_up_to_one, parameters); });
}

TEST(SweepRequest, IsReadAsItWasWritten) {
  const SweepRequest stop{.what = SweepRequest::StopSweep{.lock = "0123abcd"}};
  const SweepRequest stop_trial{.what = SweepRequest::StopTrial{.trial = 7}};
  const SweepRequest enqueue{.what = SweepRequest::Enqueue{.parameters = {{"lr", 1e-3}, {"rank", "x"}}}};
  for (const SweepRequest& request : {stop, stop_trial, enqueue}) EXPECT_EQ(parse_request(to_text(request)), request);
}

TEST(SweepRequest, IsRefusedWhereItIsAnythingElse) {
  for (const std::string text :
       {"", "{", "[]", "null", "{}", R"({"request":3})", R"({"request":"dance"})", R"({"request":"stop"})",
        R"({"request":"stop","trial":-1})", R"({"request":"stop","trial":1.5})", R"({"request":"stop","trial":1,"lock":"x"})",
        R"({"request":"stop","lock":"x","now":true})", R"({"request":"enqueue"})", R"({"request":"enqueue","parameters":[]})",
        "{\"request\":\"stop\",\"lock\":\"\xFF\"}"}) {
    EXPECT_THROW(parse_request(text), DataError) << text;
  }
  const std::string deep = R"({"request":"enqueue","parameters":)" + std::string(100'000, '[');
  EXPECT_THROW(parse_request(deep), DataError);
}

TEST(RequestedPoint, TakesEachKindOfValueAlsoOutsideOfTheSpacesBounds) {
  EXPECT_THAT(requested_point(spec, lr_up_to_one, {{"lr", 0.5}, {"layers", 9}, {"rank", 2.0}}), ElementsAre(0.5, 9, 0));
  EXPECT_THAT(requested_point(spec, lr_up_to_one, {{"lr", 1}, {"layers", 2.0}, {"rank", 0.5}}), ElementsAre(1, 2, 1));
  EXPECT_THAT(requested_point(spec, lr_up_to_one, {{"lr", 1}, {"layers", 1}, {"rank", true}}), ElementsAre(1, 1, 2));
  EXPECT_THAT(requested_point(spec, lr_up_to_one, {{"lr", 1}, {"layers", 1}, {"rank", "x"}}), ElementsAre(1, 1, 3));
}

TEST(RequestedPoint, NamesTheKeyThatIsWrongMissingOrUnknown) {
  EXPECT_THAT(refused({{"lr", 0.0}, {"layers", 1}, {"rank", 2}}), HasSubstr("lr: 0.0 is no positive number"));
  EXPECT_THAT(refused({{"lr", nullptr}, {"layers", 1}, {"rank", 2}}), HasSubstr("lr: null is no positive number"));
  EXPECT_THAT(refused({{"lr", 1}, {"layers", 1.5}, {"rank", 2}}), HasSubstr("layers: 1.5 is no whole number"));
  EXPECT_THAT(refused({{"lr", 1}, {"layers", 1e300}, {"rank", 2}}), HasSubstr("layers: 1e+300 is no whole number"));
  EXPECT_THAT(refused({{"lr", 1}, {"layers", 1}, {"rank", 1}}), HasSubstr("rank: 1 is not among the values of [space]: 2, 0.5, true, x"));
  EXPECT_THAT(refused({{"lr", 1}, {"layers", 1}}), HasSubstr("rank is missing"));
  EXPECT_THAT(refused({{"lr", 1}, {"layers", 1}, {"rank", 2}, {"seed", 1}}), HasSubstr("\"seed\" is no key of [space]"));
  EXPECT_THAT(refused({{"lr", 1.5}, {"layers", 1}, {"rank", 2}}), HasSubstr("lr: too large"));
  EXPECT_THAT(refused(json::array({1})), HasSubstr("expected a value for each key"));
  EXPECT_LT(refused({{"lr", std::string(1'000'000, 'x')}, {"layers", 1}, {"rank", 2}}).size(), 200U);
}

}  // namespace
}  // namespace agsweep
