// adapter_config.json: each key that changes the result, with a value that agsweep has to refuse, and what may stand there.
#include "workers/lora/adapter_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/json.hpp"
#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing_support::error_of;

/// As peft 0.21 writes it for a GPT-2 by default, but for the keys that say how it was started.
json written_by_peft() {
  return json::parse(R"({"alora_invocation_tokens": null, "alpha_pattern": {}, "arrow_config": null, "auto_mapping": null,
    "base_model_name_or_path": "gpt2", "bias": "none", "corda_config": null, "ensure_weight_tying": false, "eva_config": null,
    "exclude_modules": null, "fan_in_fan_out": true, "inference_mode": true, "init_lora_weights": true, "layer_replication": null,
    "layers_pattern": null, "layers_to_transform": null, "loftq_config": {}, "lora_alpha": 16, "lora_bias": false, "lora_dropout": 0.1,
    "megatron_config": null, "megatron_core": "megatron.core", "modules_to_save": ["classifier", "score"], "peft_type": "LORA",
    "peft_version": "0.21.2", "qalora_group_size": 16, "r": 4, "rank_pattern": {}, "revision": null, "target_modules": ["c_proj", "c_attn"],
    "target_parameters": null, "task_type": "SEQ_CLS", "trainable_token_indices": null, "use_bdlora": null, "use_dora": false,
    "use_qalora": false, "use_rslora": false})");
}

AdapterConfig parse(const json& config) { return parse_adapter_config(config.dump()); }

AdapterConfig parse_with(const char* key, const json& value) {
  json config = written_by_peft();
  config[key] = value;
  return parse(config);
}

TEST(AdapterConfig, ReadsWhatPeftWrites) {
  const AdapterConfig config = parse(written_by_peft());
  EXPECT_EQ(config.lora.rank, 4);
  EXPECT_EQ(config.lora.alpha, 16);
  EXPECT_EQ(config.lora.dropout, 0.1);
  EXPECT_FALSE(config.lora.rslora);
  EXPECT_THAT(config.lora.targets, ElementsAre("c_attn", "c_proj"));
  EXPECT_EQ(config.base_name, "gpt2");
  EXPECT_THAT(config.target_pattern, IsEmpty());
}

TEST(AdapterConfig, HasPeftsDefaultsForMissingKeys) {
  const AdapterConfig config = parse({{"peft_type", "LORA"}});
  EXPECT_EQ(config.lora.rank, 8);
  EXPECT_EQ(config.lora.alpha, 8);
  EXPECT_EQ(config.lora.dropout, 0);
  EXPECT_THAT(config.lora.targets, ElementsAre("c_attn"));
  EXPECT_THAT(config.base_name, IsEmpty());
}

TEST(AdapterConfig, TakesTargetsAsAPatternOrAllLinear) {
  EXPECT_EQ(parse_with("target_modules", ".*c_attn").target_pattern, ".*c_attn");
  EXPECT_THAT(parse_with("target_modules", ".*c_attn").lora.targets, IsEmpty());
  EXPECT_EQ(parse_with("target_modules", "All-Linear").lora.targets, all_linear());
  EXPECT_THAT(parse_with("target_modules", "all-linear").target_pattern, IsEmpty());
}

TEST(AdapterConfig, TakesWhatChangesNothingForATrainedAdapter) {
  for (const char* start : {"gaussian", "orthogonal", "eva"}) EXPECT_EQ(parse_with("init_lora_weights", start).lora.rank, 4) << start;
  EXPECT_EQ(parse_with("init_lora_weights", false).lora.rank, 4);
  EXPECT_EQ(parse_with("fan_in_fan_out", false).lora.rank, 4);  // peft puts it right for a Conv1D
  EXPECT_EQ(parse_with("inference_mode", false).lora.rank, 4);
  EXPECT_EQ(parse_with("task_type", nullptr).lora.rank, 4);
  EXPECT_EQ(parse_with("modules_to_save", {"score"}).lora.rank, 4);
  EXPECT_EQ(parse_with("layers_to_transform", json::array()).lora.rank, 4);
  EXPECT_EQ(parse_with("of_a_later_release", nullptr).lora.rank, 4);
  EXPECT_EQ(parse_with("of_a_later_release", false).lora.rank, 4);
  EXPECT_EQ(parse_with("of_a_later_release", "").lora.rank, 4);
}

TEST(AdapterConfig, TakesAnAlphaThatIsNoInteger) { EXPECT_EQ(parse_with("lora_alpha", 0.5).lora.alpha, 0.5); }

struct Refusal {
  const char* name;
  const char* key;
  json value;
};

void PrintTo(const Refusal& refusal, std::ostream* out) { *out << refusal.name; }

class RefusedKey : public testing::TestWithParam<Refusal> {};

TEST_P(RefusedKey, IsNamed) {
  const Refusal& refusal = GetParam();
  EXPECT_THAT(error_of([&] { parse_with(refusal.key, refusal.value); }),
              AllOf(StartsWith(std::string(refusal.key) + ": "), HasSubstr("expected")));
}

const Refusal refusals[] = {
    {"AnotherMethod", "peft_type", "LOHA"},
    {"NoMethod", "peft_type", nullptr},
    {"AnotherTask", "task_type", "CAUSAL_LM"},
    {"TrainedBiases", "bias", "all"},
    {"BiasesOfTargets", "bias", "lora_only"},
    {"RankZero", "r", 0},
    {"NegativeRank", "r", -8},
    {"FractionalRank", "r", 8.5},
    {"RankIsText", "r", "8"},
    {"RankBeyond63Bits", "r", 18446744073709551615U},
    {"AlphaIsText", "lora_alpha", "16"},
    {"DropoutOfOne", "lora_dropout", 1.0},
    {"NegativeDropout", "lora_dropout", -0.1},
    {"NoAlpha", "lora_alpha", 0},
    {"NegativeAlpha", "lora_alpha", -16},
    {"HugeAlpha", "lora_alpha", 1e7},
    {"RsloraIsNumber", "use_rslora", 1},
    {"NoTargets", "target_modules", json::array()},
    {"EmptyPattern", "target_modules", ""},
    {"TargetIsNumber", "target_modules", {1}},
    {"TargetIsEmpty", "target_modules", {""}},
    {"TargetsAreObject", "target_modules", {{"c_attn", 1}}},
    {"LeftOutModules", "exclude_modules", {"h.0"}},
    {"RanksByModule", "rank_pattern", {{"c_attn", 16}}},
    {"ScalesByModule", "alpha_pattern", {{"c_attn", 32}}},
    {"Dora", "use_dora", true},
    {"Qalora", "use_qalora", true},
    {"BlockDiagonal", "use_bdlora", {{"nblocks", 2}}},
    {"Kasa", "kasa_config", {{"svd_steps", 1}}},
    {"Velora", "velora_config", {{"num_groups", 64}}},
    {"MonteCarlo", "monteclora_config", {{"num_samples", 8}}},
    {"Arrow", "arrow_config", {{"top_k", 3}}},
    {"ActivatedByTokens", "alora_invocation_tokens", {1, 2}},
    {"TrainedTokens", "trainable_token_indices", {0}},
    {"LoraBias", "lora_bias", true},
    {"Parameters", "target_parameters", {"wte.weight"}},
    {"TiedWeights", "ensure_weight_tying", true},
    {"OneLayer", "layers_to_transform", 0},
    {"SomeLayers", "layers_to_transform", {0, 1}},
    {"ReplicatedLayers", "layer_replication", {{0, 4}, {2, 5}}},
    {"Megatron", "megatron_config", {{"x", 1}}},
    {"AnotherModuleWhole", "modules_to_save", {"score", "ln_f"}},
    {"ModulesAreText", "modules_to_save", "score"},
    {"Pissa", "init_lora_weights", "pissa"},
    {"PissaByIterations", "init_lora_weights", "pissa_niter_16"},
    {"Olora", "init_lora_weights", "olora"},
    {"Corda", "init_lora_weights", "corda"},
    {"Loftq", "init_lora_weights", "loftq"},
    {"GradientStart", "init_lora_weights", "lora_ga"},
    {"Mica", "init_lora_weights", "mica"},
    {"UnknownKey", "of_a_later_release", true},
};

INSTANTIATE_TEST_SUITE_P(AdapterConfig, RefusedKey, testing::ValuesIn(refusals),
                         [](const testing::TestParamInfo<Refusal>& test) { return test.param.name; });

TEST(AdapterConfig, RefusesTextThatIsNoJsonObject) {
  for (const char* text : {"", "[]", "{", "LORA", R"({"r": 1e999})", R"({"r": NaN})"}) {
    EXPECT_NE(error_of([&] { parse_adapter_config(text); }), "no error") << text;
  }
}

TEST(AdapterConfigText, IsReadBackTheSame) {
  const LoraConfig lora{.rank = 3, .alpha = 0.7, .dropout = 0.25, .targets = {"c_attn", "mlp.c_proj"}, .rslora = true};
  const AdapterConfig config = parse_adapter_config(adapter_config_text(lora, "a \"base\""));
  EXPECT_EQ(config.lora.rank, lora.rank);
  EXPECT_EQ(config.lora.alpha, lora.alpha);
  EXPECT_EQ(config.lora.dropout, lora.dropout);
  EXPECT_EQ(config.lora.targets, lora.targets);
  EXPECT_EQ(config.lora.rslora, lora.rslora);
  EXPECT_EQ(config.base_name, "a \"base\"");
  EXPECT_THAT(adapter_config_text({.alpha = 16}, ""), AllOf(HasSubstr("\"lora_alpha\": 16,"), HasSubstr("_path\": null")));
}

}  // namespace
}  // namespace agsweep
