#include "workers/gpt2/gpt2_checkpoint.hpp"

#include <algorithm>  // std::ranges::equal
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/workers/gpt2/tensor_set.hpp"

namespace agsweep {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing_support::error_of;
using testing_support::small_config;
using testing_support::TemporaryFolder;
using testing_support::TensorSet;

TEST(Gpt2Tensors, AreThoseOfGpt2Small) {
  const std::vector<Gpt2Tensor> tensors = gpt2_tensors({});
  EXPECT_EQ(tensors.size(), 2U + 12 * 12 + 2);
  std::int64_t elements = 0;
  for (const Gpt2Tensor& tensor : tensors) {
    std::int64_t count = 1;
    for (const std::int64_t dimension : tensor.shape) count *= dimension;
    elements += count;
  }
  EXPECT_EQ(elements, 124'439'808);
}

class Gpt2CheckpointFile : public testing::Test {
 protected:
  Gpt2CheckpointFile() { write_file_atomically(folder_ / "config.json", gpt2_config_json(small_config())); }

  Gpt2Checkpoint read() {
    tensors_.write(file());
    return Gpt2Checkpoint::read(folder_.path());
  }
  std::string complaint() {
    return error_of([&] { read(); });
  }
  std::filesystem::path file() const { return folder_ / "model.safetensors"; }

  TemporaryFolder folder_;
  TensorSet tensors_{small_config()};
};

TEST_F(Gpt2CheckpointFile, GivesEachTensorByItsName) {
  const Gpt2Checkpoint checkpoint = read();
  EXPECT_EQ(checkpoint.config().heads, 3);
  for (const TensorBytes& written : tensors_.tensors()) {
    EXPECT_EQ(checkpoint.tensor(written.name).shape, written.shape);
    EXPECT_TRUE(std::ranges::equal(checkpoint.tensor(written.name).bytes, written.bytes)) << written.name;
  }
  EXPECT_EQ(checkpoint.score(), nullptr);
  EXPECT_THROW(checkpoint.tensor("h.2.ln_1.weight"), std::out_of_range);
}

TEST_F(Gpt2CheckpointFile, MayBeNamedItself) {
  tensors_.write(folder_ / "renamed.safetensors");
  EXPECT_EQ(Gpt2Checkpoint::read(folder_ / "renamed.safetensors").tensor("wte.weight").shape, (std::vector<std::int64_t>{11, 6}));
}

TEST_F(Gpt2CheckpointFile, KeepsItsTensorsWhereTheyAreWhenMoved) {
  Gpt2Checkpoint first = read();
  const TensorBytes* const tensor = &first.tensor("ln_f.bias");
  const Gpt2Checkpoint second = std::move(first);
  EXPECT_EQ(&second.tensor("ln_f.bias"), tensor);
  EXPECT_TRUE(std::ranges::equal(tensor->bytes, tensors_["ln_f.bias"].bytes));
}

TEST_F(Gpt2CheckpointFile, MayHaveThePrefix) {
  tensors_.add_prefix();
  const Gpt2Checkpoint checkpoint = read();
  EXPECT_TRUE(std::ranges::equal(checkpoint.tensor("ln_f.bias").bytes, tensors_["transformer.ln_f.bias"].bytes));
}

TEST_F(Gpt2CheckpointFile, KeepsTheScoreOfAFineTunedModel) {
  tensors_.add_prefix();
  tensors_.add("score.weight", {4, 6});
  const Gpt2Checkpoint checkpoint = read();
  ASSERT_NE(checkpoint.score(), nullptr);
  EXPECT_EQ(checkpoint.score()->shape, (std::vector<std::int64_t>{4, 6}));
}

TEST_F(Gpt2CheckpointFile, MayHoldWhatPublishedFilesHoldBesides) {
  tensors_.add("h.0.attn.bias", {1, 1, 5, 5});
  tensors_.add("transformer.h.1.attn.bias", {1, 1, 5, 5}, "U8");
  tensors_.add("h.1.attn.masked_bias", {});
  tensors_.add("lm_head.weight", {11, 6});
  read();
}

TEST_F(Gpt2CheckpointFile, MayHaveTheTiedWeightsUnderTheHeadsNameAsItsMetadataSay) {
  tensors_.add_prefix();
  tensors_["transformer.wte.weight"].name = "lm_head.weight";
  EXPECT_THAT(complaint(), EndsWith(": no tensor wte.weight"));
  const auto read_with = [&](const std::string& stored_name) {
    tensors_.write(file(), {{"format", "pt"}, {"transformer.wte.weight", stored_name}});
    return Gpt2Checkpoint::read(folder_.path());
  };
  EXPECT_TRUE(std::ranges::equal(read_with("lm_head.weight").tensor("wte.weight").bytes, tensors_["lm_head.weight"].bytes));
  EXPECT_THAT(error_of([&] { read_with("transformer.wpe.weight"); }), EndsWith(": no tensor wte.weight"));
  tensors_.add("transformer.wte.weight", {11, 6});
  EXPECT_THAT(error_of([&] { read_with("lm_head.weight"); }), HasSubstr("a second tensor of this name"));
}

TEST_F(Gpt2CheckpointFile, MayMixDtypes) {
  tensors_.replace("h.0.ln_1.weight", {6}, "F16");
  tensors_.replace("h.0.ln_1.bias", {6}, "BF16");
  EXPECT_EQ(read().tensor("h.0.ln_1.bias").dtype, "BF16");
}

TEST_F(Gpt2CheckpointFile, MustHoldFiniteValues) {
  for (const float value : {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    tensors_ = TensorSet(small_config());
    std::vector<float> values(6, 1.0F);
    values[4] = value;
    tensors_["h.1.ln_2.bias"].bytes = std::as_bytes(std::span(values));
    EXPECT_THAT(complaint(), EndsWith("model.safetensors: h.1.ln_2.bias: has values that are not finite"));
  }
}

TEST_F(Gpt2CheckpointFile, MustHoldEveryTensor) {
  for (const Gpt2Tensor& tensor : gpt2_tensors(small_config())) {
    tensors_ = TensorSet(small_config());
    tensors_.remove(tensor.name);
    EXPECT_THAT(complaint(), EndsWith(": no tensor " + tensor.name));
  }
}

TEST_F(Gpt2CheckpointFile, IsToldHowManyTensorsItLacks) {
  tensors_ = TensorSet();
  EXPECT_THAT(complaint(), EndsWith(folder_.path().string() + ": no tensor h.0.attn.c_attn.bias, and 27 more are missing"));
}

TEST_F(Gpt2CheckpointFile, HoldsNoUnknownTensor) {
  for (const auto& [name, nearest] : {std::pair{"h.0.ln_3.weight", "; the nearest known is h.0.ln_1.weight"},
                                      {"transformer.h.2.ln_1.bias", "; the nearest known is h.0.ln_1.bias"},
                                      {"h.2.attn.bias", ""},
                                      {"transformer.score.weight", "; the nearest known is score.weight"},
                                      {"transformer.transformer.wte.weight", ""},
                                      {"transformer.lm_head.weight", ""},
                                      {"completely.different.tensor", ""}}) {
    tensors_ = TensorSet(small_config());
    tensors_.add(name, {1});
    const std::string error = complaint();
    EXPECT_THAT(error, HasSubstr(file().string() + ": " + name + ": unexpected tensor"));
    EXPECT_THAT(error, HasSubstr(nearest));
  }
}

TEST_F(Gpt2CheckpointFile, CutsAHostileNameInItsMessage) {
  tensors_.add(std::string(5'000'000, 'n'), {1});
  EXPECT_LT(complaint().size(), 1000U);
}

TEST_F(Gpt2CheckpointFile, HoldsNoTensorUnderBothNames) {
  tensors_.add("transformer.wpe.weight", {5, 6});
  EXPECT_THAT(complaint(), HasSubstr("transformer.wpe.weight: a second tensor of this name; the first is wpe.weight"));
}

TEST_F(Gpt2CheckpointFile, HasTheShapesThatTheConfigImplies) {
  tensors_.replace("h.1.mlp.c_fc.weight", {7, 6});
  EXPECT_THAT(complaint(), HasSubstr(file().string() + ": h.1.mlp.c_fc.weight: shape [7, 6] instead of [6, 7], which config.json implies"));
  tensors_.replace("h.1.mlp.c_fc.weight", {42});
  EXPECT_THAT(complaint(), HasSubstr("shape [42] instead of [6, 7]"));
  tensors_.replace("h.1.mlp.c_fc.weight", std::vector<std::int64_t>(100'000, 1));
  EXPECT_LT(complaint().size(), 1000U);
}

TEST_F(Gpt2CheckpointFile, HasAScoreOfTheModelsWidth) {
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{4, 7}, {6}, {0, 6}, {4, 6, 1}}) {
    tensors_ = TensorSet(small_config());
    tensors_.add("score.weight", shape);
    EXPECT_THAT(complaint(), HasSubstr("instead of [classes, 6]"));
  }
}

TEST_F(Gpt2CheckpointFile, HoldsFloatsOnly) {
  tensors_.replace("wte.weight", {11, 6}, "I8");
  EXPECT_THAT(complaint(), HasSubstr("wte.weight: dtype I8 is none of F32, F16, BF16"));
  tensors_.replace("wte.weight", {11, 6}, "F64");
  EXPECT_THAT(complaint(), HasSubstr("wte.weight: dtype F64 is none of F32, F16, BF16"));
}

TEST_F(Gpt2CheckpointFile, NeedsItsConfig) {
  tensors_.write(file());
  std::filesystem::remove(folder_ / "config.json");
  EXPECT_THAT(error_of([&] { Gpt2Checkpoint::read(file()); }), HasSubstr("config.json: cannot read"));
}

TEST_F(Gpt2CheckpointFile, HasItsOwnSha256) {
  tensors_.write(file());
  EXPECT_EQ(gpt2_weights_sha256(folder_.path()), sha256_file(file()));
  EXPECT_EQ(gpt2_weights_sha256(file()), sha256_file(file()));
}

TEST_F(Gpt2CheckpointFile, IsToldWhatItsFolderLacks) {
  const auto read_folder = [&] { Gpt2Checkpoint::read(folder_.path()); };
  EXPECT_THAT(error_of(read_folder), HasSubstr("holds neither model.safetensors nor model.safetensors.index.json"));
  write_file_atomically(folder_ / "pytorch_model.bin", "");
  EXPECT_THAT(error_of(read_folder), HasSubstr("pytorch_model.bin: this is PyTorch's pickle format"));
  EXPECT_THAT(error_of([&] { Gpt2Checkpoint::read(folder_ / "pytorch_model.bin"); }), HasSubstr("pickle"));
  EXPECT_THAT(error_of([&] { Gpt2Checkpoint::read(folder_ / "missing"); }), HasSubstr("missing: no such file or folder"));
}

}  // namespace
}  // namespace agsweep
