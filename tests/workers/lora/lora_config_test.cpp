#include "workers/lora/lora_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing_support::error_of;

TEST(LoraConfig, ScalesByAlphaOverRankAndWithRsloraOverItsRoot) {
  LoraConfig lora{.rank = 16, .alpha = 24};
  EXPECT_EQ(lora.scale(), 1.5);
  lora.rslora = true;
  EXPECT_EQ(lora.scale(), 6);
}

TEST(IsTarget, TakesAWholeNameOrAnEndingAfterADot) {
  const char* const module = "transformer.h.1.attn.c_attn";
  for (const char* target : {module, "h.1.attn.c_attn", "attn.c_attn", "c_attn"}) EXPECT_TRUE(is_target({target}, module)) << target;
  for (const char* target : {"attn", "_attn", ".c_attn", "1.attn", "x.transformer.h.1.attn.c_attn", "c_attn ", ""}) {
    EXPECT_FALSE(is_target({target}, module)) << target;
  }
  EXPECT_TRUE(is_target({"c_fc", "c_attn"}, module));
  EXPECT_FALSE(is_target({}, module));
}

TEST(AdaptableModules, AreTheFourConv1DsOfEachBlock) {
  EXPECT_EQ(adaptable_modules(12).size(), 48U);
  EXPECT_THAT(adaptable_modules(1), ElementsAre("transformer.h.0.attn.c_attn", "transformer.h.0.attn.c_proj", "transformer.h.0.mlp.c_fc",
                                                "transformer.h.0.mlp.c_proj"));
}

TEST(AllLinear, TargetsEveryAdaptableModule) {
  for (const std::string& module : adaptable_modules(3)) EXPECT_TRUE(is_target(all_linear(), module)) << module;
}

TEST(ParseTargets, SortsAndKeepsEachOnce) {
  EXPECT_THAT(parse_targets("c_proj,c_attn,c_proj", 12, "x"), ElementsAre("c_attn", "c_proj"));
  EXPECT_THAT(parse_targets(" mlp.c_proj , transformer.h.11.attn.c_attn", 12, "x"),
              ElementsAre("mlp.c_proj", "transformer.h.11.attn.c_attn"));
  EXPECT_EQ(parse_targets("all-linear", 12, "x"), all_linear());
}

TEST(Gpt2Targets, AreThoseThatSomeGpt2Has) {
  EXPECT_THAT(gpt2_targets({"c_attn", "h.47.mlp.c_fc", "lm_head", "q_proj", "score"}), ElementsAre("c_attn", "h.47.mlp.c_fc"));
  EXPECT_TRUE(gpt2_targets({"k_proj"}).empty());
}

std::string complaint(std::string_view text, std::optional<std::int64_t> layers = 12) {
  return error_of<UsageError>([&] { parse_targets(text, layers, "--lora-targets"); });
}

TEST(ParseTargets, NamesTheNearestModule) {
  EXPECT_THAT(complaint("c_attn,c_porj"),
              HasSubstr("--lora-targets: c_porj is no module of this GPT-2 that can be adapted; did you mean c_proj?"));
  EXPECT_THAT(complaint("mlp.c_prj"), HasSubstr("did you mean mlp.c_proj?"));
  EXPECT_THAT(complaint("transformer.h.2.mlp.c_fc", 2), HasSubstr("did you mean transformer.h.0.mlp.c_fc?"));
  EXPECT_THAT(complaint("q_proj_and_v_proj"), HasSubstr("(allowed: c_attn, c_proj, c_fc, or a longer name"));
}

TEST(ParseTargets, RefusesWhatCannotBeAdapted) {
  for (const char* target : {"attn", "wte", "ln_1", "score", "h.0"}) EXPECT_THAT(complaint(target), HasSubstr("is no module")) << target;
}

TEST(ParseTargets, TakesAnyBlockWhileTheLayersAreNotKnown) {
  EXPECT_THAT(parse_targets("h.47.attn.c_attn,7.mlp.c_fc", std::nullopt, "x"), ElementsAre("7.mlp.c_fc", "h.47.attn.c_attn"));
  for (const char* target :
       {"nope", "h.7.attn", "h.1000.attn.c_attn", "h.99999999999999999999.mlp.c_fc", "h.07.mlp.c_fc", "h.-1.mlp.c_fc"}) {
    EXPECT_THAT(complaint(target, std::nullopt), HasSubstr("is no module")) << target;
  }
}

TEST(ParseAlpha, TakesANumberOrAMultipleOfTheRank) {
  EXPECT_EQ(parse_alpha("16", 8, "x"), 16);
  EXPECT_EQ(parse_alpha("2r", 8, "x"), 16);
  EXPECT_EQ(parse_alpha("0.5r", 8, "x"), 4);
}

TEST(ParseAlpha, RefusesAllElseAndBeginsWithTheOrigin) {
  for (const char* text : {"", "x", "r", "0", "-1", "nan", "inf", "1e7", "2rr", "2 r", "1e38r"}) {
    EXPECT_THAT(error_of<UsageError>([&] { parse_alpha(text, 8, "sweep.toml:3:1: lora_alpha"); }),
                StartsWith(fmt::format("sweep.toml:3:1: lora_alpha: {} is neither a positive number nor a multiple", text)));
  }
}

TEST(ParseTargets, RefusesEmptyLists) {
  EXPECT_THAT(complaint(""), HasSubstr("names no module"));
  EXPECT_THAT(complaint("  "), HasSubstr("names no module"));
  EXPECT_THAT(complaint("c_attn,,c_proj"), HasSubstr("an empty name"));
  EXPECT_THAT(complaint("c_attn,"), HasSubstr("an empty name"));
}

}  // namespace
}  // namespace agsweep
