#include "workers/gpt2/gpt2_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;
using testing_support::TemporaryFolder;

/// A GPT-2's config with these further entries.
std::string with(const std::string& entries) { return R"({"model_type": "gpt2", )" + entries + "}"; }

TEST(Gpt2Config, HasTransformersDefaultsForKeysThatAreLeftOut) {
  const Gpt2Config config = parse_gpt2_config(R"({"model_type": "gpt2"})");
  EXPECT_EQ(config.vocabulary, 50257);
  EXPECT_EQ(config.positions, 1024);
  EXPECT_EQ(config.width, 768);
  EXPECT_EQ(config.layers, 12);
  EXPECT_EQ(config.heads, 12);
  EXPECT_EQ(config.ffn, 3072);
  EXPECT_EQ(config.norm_epsilon, 1e-5);
  EXPECT_EQ(config.initializer_range, 0.02);
  EXPECT_EQ(config.activation, Activation::gelu_tanh);
  EXPECT_FALSE(config.random);
}

TEST(Gpt2Config, ReadsEveryKey) {
  const Gpt2Config config = parse_gpt2_config(
      with(R"("vocab_size": 100, "n_positions": 16, "n_embd": 24, "n_layer": 3, "n_head": 4, "n_inner": 50, "layer_norm_epsilon": 1e-6,
              "initializer_range": 0.1, "activation_function": "gelu", "agsweep_random": true, "scale_attn_weights": true,
              "scale_attn_by_inverse_layer_idx": false, "add_cross_attention": false)"));
  EXPECT_EQ(config.vocabulary, 100);
  EXPECT_EQ(config.positions, 16);
  EXPECT_EQ(config.width, 24);
  EXPECT_EQ(config.layers, 3);
  EXPECT_EQ(config.heads, 4);
  EXPECT_EQ(config.ffn, 50);
  EXPECT_EQ(config.norm_epsilon, 1e-6);
  EXPECT_EQ(config.initializer_range, 0.1);
  EXPECT_EQ(config.activation, Activation::gelu);
  EXPECT_TRUE(config.random);
}

TEST(Gpt2Config, TakesTheFeedForwardWidthFromTheWidthWhereItIsNullOrLeftOut) {
  EXPECT_EQ(parse_gpt2_config(with(R"("n_embd": 24)")).ffn, 96);
  EXPECT_EQ(parse_gpt2_config(with(R"("n_embd": 24, "n_inner": null)")).ffn, 96);
}

TEST(Gpt2Config, TakesAPublishedFileOf2019) {
  const Gpt2Config config = parse_gpt2_config(
      R"({"initializer_range": 0.02, "layer_norm_epsilon": 1e-05, "n_ctx": 1024, "n_embd": 1024, "n_head": 16, "n_layer": 24,
          "n_positions": 1024, "vocab_size": 50257})");
  EXPECT_EQ(config.layers, 24);
  EXPECT_EQ(config.ffn, 4096);
}

TEST(Gpt2Config, TakesTransformersOtherNamesOfSizes) {
  const Gpt2Config config = parse_gpt2_config(
      with(R"("hidden_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4, "max_position_embeddings": 16, "n_embd": 24)"));
  EXPECT_EQ(config.width, 24);
  EXPECT_EQ(config.layers, 3);
  EXPECT_EQ(config.heads, 4);
  EXPECT_EQ(config.positions, 16);
}

TEST(Gpt2Config, KnowsBothNamesOfTheTanhActivation) {
  for (const char* const name : {"gelu_new", "gelu_pytorch_tanh"}) {
    EXPECT_EQ(parse_gpt2_config(with(R"("activation_function": ")" + std::string(name) + "\"")).activation, Activation::gelu_tanh);
  }
}

struct BadConfig {
  const char* name;
  std::string json;
  const char* complaint;
};

void PrintTo(const BadConfig& bad, std::ostream* out) { *out << bad.name; }

class Gpt2ConfigError : public testing::TestWithParam<BadConfig> {};

TEST_P(Gpt2ConfigError, NamesFileAndKey) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "config.json", GetParam().json);
  const std::string error = error_of([&] { read_gpt2_config(folder / "config.json"); });
  EXPECT_THAT(error, HasSubstr((folder / "config.json").string() + ": " + GetParam().complaint));
}

const BadConfig bad_configs[] = {
    {"NoJson", "n_embd = 768", "no JSON at byte"},
    {"List", "[]", "it is an array instead of an object"},
    {"TwoEntriesOfOneKey", with(R"("n_head": 12, "n_head": 16)"), "two entries are called \"n_head\""},
    {"OtherArchitecture", R"({"model_type": "bert", "n_embd": 768})", "model_type is bert, not gpt2"},
    {"NoModelType", R"({"hidden_size": 768})", "no model_type; a GPT-2's is gpt2"},
    {"ModelTypeIsNull", R"({"model_type": null, "n_embd": 768})", "model_type is null, not gpt2"},
    {"SizeIsText", with(R"("n_embd": "768")"), "n_embd: 768 is no integer"},
    {"SizeIsFraction", with(R"("n_embd": 768.0)"), "n_embd: 768.0 is no integer"},
    {"SizeIsNull", with(R"("vocab_size": null)"), "vocab_size: null is no integer"},
    {"SizeIsObject", with(R"("n_layer": {})"), "n_layer: an object is no integer"},
    {"SizeIsTrue", with(R"("n_layer": true)"), "n_layer: true is no integer"},
    {"SizeIsZero", with(R"("n_positions": 0)"), "n_positions: 0 is out of range [1, 16777216]"},
    {"SizeIsNegative", with(R"("n_head": -12)"), "n_head: -12 is out of range [1, 16777216]"},
    {"SizeIsAbsurd", with(R"("vocab_size": 16777217)"), "vocab_size: 16777217 is out of range [1, 16777216]"},
    {"SizeBeyond63Bits", with(R"("n_embd": 18446744073709551615)"), "n_embd: 18446744073709551615 is out of range"},
    {"SizeBeyond64Bits", with(R"("n_embd": 18446744073709551616)"), "n_embd: 1.8446744073709552e+19 is no integer"},
    {"TooManyLayers", with(R"("n_layer": 1001)"), "n_layer: 1001 is out of range [1, 1000]"},
    {"FeedForwardIsZero", with(R"("n_inner": 0)"), "n_inner: 0 is out of range"},
    {"HeadsDoNotDivide", with(R"("n_embd": 768, "n_head": 7)"), "n_head: 7 does not divide n_embd 768"},
    {"TwoNamesDisagree", with(R"("n_head": 12, "num_attention_heads": 6)"),
     "n_head is 12, but num_attention_heads, which means the same, is 6"},
    {"OtherNameIsBad", with(R"("hidden_size": 0)"), "hidden_size: 0 is out of range"},
    {"EpsilonIsZero", with(R"("layer_norm_epsilon": 0)"), "layer_norm_epsilon: 0 is out of range [1e-12, 1]"},
    {"EpsilonIsText", with(R"("layer_norm_epsilon": "1e-5")"), "layer_norm_epsilon: 1e-5 is no number"},
    {"InitializerRangeIsNegative", with(R"("initializer_range": -0.02)"), "initializer_range: -0.02 is out of range [0, 1]"},
    {"OtherActivation", with(R"("activation_function": "relu")"), "activation_function: relu is not supported; gelu_new, "},
    {"ActivationIsNull", with(R"("activation_function": null)"), "activation_function: null is not supported"},
    {"UnscaledAttention", with(R"("scale_attn_weights": false)"), "scale_attn_weights: false is not supported, only true"},
    {"AttentionScaledByLayer", with(R"("scale_attn_by_inverse_layer_idx": true)"),
     "scale_attn_by_inverse_layer_idx: true is not supported, only false"},
    {"NotCausal", with(R"("is_causal": false)"), "is_causal: false is not supported, only true"},
    {"CrossAttention", with(R"("add_cross_attention": true)"), "add_cross_attention: true is not supported, only false"},
    {"VariantIsNull", with(R"("scale_attn_weights": null)"), "scale_attn_weights: null is not supported"},
    {"RandomIsText", with(R"("agsweep_random": "yes")"), "agsweep_random: yes is neither true nor false"},
};

INSTANTIATE_TEST_SUITE_P(Bad, Gpt2ConfigError, testing::ValuesIn(bad_configs),
                         [](const testing::TestParamInfo<BadConfig>& test) { return test.param.name; });

TEST(Gpt2Config, NamesAMissingFile) {
  EXPECT_THAT(error_of([] { read_gpt2_config("/nonexistent/config.json"); }), HasSubstr("/nonexistent/config.json: cannot read"));
}

TEST(Gpt2Config, CutsAHostileValueInItsMessage) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "config.json", fmt::format(R"({{"model_type": "{}"}})", std::string(5'000'000, 'x')));
  EXPECT_LT(error_of([&] { read_gpt2_config(folder / "config.json"); }).size(), 1000U);
}

TEST(Gpt2Config, ReadsBackTheTextItMakes) {
  const Gpt2Config config = {.vocabulary = 100,
                             .positions = 16,
                             .width = 24,
                             .layers = 3,
                             .heads = 4,
                             .ffn = 50,
                             .norm_epsilon = 1e-6,
                             .initializer_range = 0.1,
                             .activation = Activation::gelu,
                             .random = true};
  const std::string json = gpt2_config_json(config);
  EXPECT_EQ(gpt2_config_json(parse_gpt2_config(json)), json);
  EXPECT_EQ(parse_gpt2_config(json).ffn, 50);
  EXPECT_THAT(gpt2_config_json({}), testing::Not(HasSubstr("agsweep_random")));
}

}  // namespace
}  // namespace agsweep
