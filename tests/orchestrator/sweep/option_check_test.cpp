#include "orchestrator/sweep/option_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;

std::string refusal(const char* model, const char* key, const ParameterValue& value) {
  return testing_support::error_of<UsageError>([&] { train_option_check()(model, key, value, "sweep.toml:3:1: x"); });
}

TEST(OptionCheck, GivesAValueAsItsOptionHasIt) {
  const OptionCheck check = train_option_check();
  EXPECT_EQ(check("scratch", "lr", ParameterValue(std::int64_t{1}), "x"), ParameterValue(1.0));
  EXPECT_EQ(check("scratch", "layers", ParameterValue(std::int64_t{2}), "x"), ParameterValue(std::int64_t{2}));
  EXPECT_EQ(check("gpt2-lora", "lora_alpha", ParameterValue(std::int64_t{16}), "x"), ParameterValue(std::string("16")));
  EXPECT_EQ(check("gpt2-lora", "lora_alpha", ParameterValue(12.5), "x"), ParameterValue(std::string("12.5")));
  EXPECT_EQ(check("gpt2-lora", "lora_alpha", ParameterValue(16.0), "x"), ParameterValue(std::string("16")));
  EXPECT_EQ(check("gpt2-lora", "lora_alpha", ParameterValue(std::string("2r")), "x"), ParameterValue(std::string("2r")));
  EXPECT_EQ(check("gpt2-lora", "rslora", ParameterValue(true), "x"), ParameterValue(true));
}

TEST(OptionCheck, RefusesWhatTheModelOrTheOptionDoesNotTake) {
  EXPECT_THAT(refusal("scratch", "lora_rank", std::int64_t{8}), HasSubstr("only of gpt2-lora"));
  EXPECT_THAT(refusal("scratch", "learning_rte", 0.1), HasSubstr("unknown key"));
  EXPECT_THAT(refusal("scratch", "lr", 2.0), HasSubstr("(0, 1]"));
  EXPECT_THAT(refusal("scratch", "layers", 1.5), HasSubstr("wrong type"));
  EXPECT_THAT(refusal("scratch", "lr", std::string("high")), HasSubstr("wrong type"));
  EXPECT_THAT(refusal("scratch", "precision", std::string("fp8")), HasSubstr("fp32"));
  EXPECT_THAT(refusal("gpt2-lora", "lora_alpha", std::string("x")), HasSubstr("x: x is neither a positive number"));
  EXPECT_THAT(refusal("gpt2-lora", "lora_alpha", std::int64_t{0}), HasSubstr("x: 0 is neither a positive number"));
  EXPECT_THAT(refusal("gpt2-lora", "lora_targets", std::string("nope")), HasSubstr("x: nope is no module"));
}

TEST(OptionCheck, BeginsItsErrorsWithThePlace) { EXPECT_THAT(refusal("scratch", "lr", 2.0), HasSubstr("sweep.toml:3:1: x")); }

}  // namespace
}  // namespace agsweep
