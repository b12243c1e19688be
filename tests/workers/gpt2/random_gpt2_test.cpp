#include "workers/gpt2/random_gpt2.hpp"

#include <cmath>

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/workers/gpt2/tensor_set.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"

namespace agsweep {
namespace {

using testing_support::small_config;
using testing_support::TemporaryFolder;

std::vector<float> values_of(const Gpt2Checkpoint& checkpoint, const std::string& name) {
  const TensorBytes& tensor = checkpoint.tensor(name);
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  copy_as_fp32(tensor, values);
  return values;
}

/// Root of the mean square.
double scale(const std::vector<float>& values) {
  double squares = 0;
  for (const float value : values) squares += double{value} * value;
  return std::sqrt(squares / static_cast<double>(values.size()));
}

TEST(RandomGpt2, IsReadBackAndSaysThatItIsRandom) {
  const TemporaryFolder folder;
  write_random_gpt2(folder / "new/gpt2", small_config(), 42);
  const Gpt2Checkpoint checkpoint = Gpt2Checkpoint::read(folder / "new/gpt2");
  EXPECT_TRUE(checkpoint.config().random);
  EXPECT_EQ(checkpoint.config().ffn, small_config().ffn);
}

TEST(RandomGpt2, HasTheSameBytesForTheSameSeed) {
  const TemporaryFolder folder;
  for (const auto& [name, seed] : {std::pair{"a", 42U}, {"b", 42U}, {"c", 43U}}) write_random_gpt2(folder / name, small_config(), seed);
  EXPECT_EQ(sha256_file(folder / "a/config.json"), sha256_file(folder / "b/config.json"));
  EXPECT_EQ(gpt2_weights_sha256(folder / "a"), gpt2_weights_sha256(folder / "b"));
  EXPECT_NE(gpt2_weights_sha256(folder / "a"), gpt2_weights_sha256(folder / "c"));
}

TEST(RandomGpt2, GivesATensorTheSameValuesWhateverElseThereIs) {
  const TemporaryFolder folder;
  Gpt2Config deeper = small_config();
  deeper.layers = 4;
  write_random_gpt2(folder / "a", small_config(), 42);
  write_random_gpt2(folder / "b", deeper, 42);
  EXPECT_EQ(values_of(Gpt2Checkpoint::read(folder / "a"), "h.1.mlp.c_fc.weight"),
            values_of(Gpt2Checkpoint::read(folder / "b"), "h.1.mlp.c_fc.weight"));
}

TEST(RandomGpt2, StartsAsTransformersDoes) {
  const TemporaryFolder folder;
  const Gpt2Config config = {.vocabulary = 500, .positions = 64, .width = 64, .layers = 2, .heads = 2, .ffn = 128};
  write_random_gpt2(folder.path(), config, 42);
  const Gpt2Checkpoint checkpoint = Gpt2Checkpoint::read(folder.path());
  const auto scale_of = [&](const char* name) { return scale(values_of(checkpoint, name)); };
  // 4096 values give the scale to one part in 90; 5 % is more than four times that.
  for (const char* const name : {"wte.weight", "wpe.weight", "h.0.attn.c_attn.weight", "h.1.mlp.c_fc.weight"}) {
    EXPECT_NEAR(scale_of(name), 0.02, 0.001) << name;
  }
  for (const char* const name : {"h.0.attn.c_proj.weight", "h.1.mlp.c_proj.weight"}) EXPECT_NEAR(scale_of(name), 0.01, 0.0005) << name;
  EXPECT_EQ(values_of(checkpoint, "h.1.ln_2.weight"), std::vector<float>(64, 1));
  EXPECT_EQ(values_of(checkpoint, "ln_f.weight"), std::vector<float>(64, 1));
  EXPECT_EQ(values_of(checkpoint, "ln_f.bias"), std::vector<float>(64, 0));
  EXPECT_EQ(values_of(checkpoint, "h.0.mlp.c_proj.bias"), std::vector<float>(64, 0));
}

TEST(RandomGpt2, IsNotWrittenWhereItCouldNotBeReadAgain) {
  const TemporaryFolder folder;
  Gpt2Config config = small_config();
  config.heads = 4;
  EXPECT_THROW(write_random_gpt2(folder / "x", config, 42), DataError);
  EXPECT_FALSE(std::filesystem::exists(folder / "x"));
}

TEST(RandomGpt2, SaysSoWhenItsFolderCannotBeMade) {
  EXPECT_THROW(write_random_gpt2("/proc/nonexistent", small_config(), 42), RunTimeError);
}

}  // namespace
}  // namespace agsweep
