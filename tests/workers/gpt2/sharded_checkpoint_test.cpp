#include <algorithm>  // std::ranges::equal

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/json.hpp"
#include "base/sha256.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/workers/gpt2/tensor_set.hpp"
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;
using testing_support::small_config;
using testing_support::TemporaryFolder;
using testing_support::TensorSet;

/// The tensors of a small GPT-2 in turn over the files a.safetensors and b.safetensors, and an index that says so.
class ShardedCheckpoint : public testing::Test {
 protected:
  ShardedCheckpoint() {
    write_file_atomically(folder_ / "config.json", gpt2_config_json(small_config()));
    for (const Gpt2Tensor& tensor : gpt2_tensors(small_config())) {
      const bool first = weight_map_.size() % 2 == 0;
      (first ? a_ : b_).add(tensor.name, tensor.shape);
      weight_map_[tensor.name] = first ? "a.safetensors" : "b.safetensors";
    }
  }

  Gpt2Checkpoint read() {
    a_.write(folder_ / "a.safetensors");
    b_.write(folder_ / "b.safetensors");
    write_index(nlohmann::json{{"metadata", {{"total_size", 1}}}, {"weight_map", weight_map_}}.dump());
    return Gpt2Checkpoint::read(folder_.path());
  }
  std::string complaint() {
    return error_of([&] { read(); });
  }
  void write_index(const std::string& text) { write_file_atomically(folder_ / "model.safetensors.index.json", text); }

  TemporaryFolder folder_;
  TensorSet a_;
  TensorSet b_;
  nlohmann::json weight_map_ = nlohmann::json::object();
};

TEST_F(ShardedCheckpoint, GivesTheTensorsOfAllFiles) {
  const Gpt2Checkpoint checkpoint = read();
  for (const TensorSet* set : {&a_, &b_}) {
    for (const TensorBytes& written : set->tensors()) {
      EXPECT_TRUE(std::ranges::equal(checkpoint.tensor(written.name).bytes, written.bytes)) << written.name;
    }
  }
}

TEST_F(ShardedCheckpoint, GivesWayToASingleFileAsInTransformers) {
  read();
  const TensorSet whole(small_config());
  whole.write(folder_ / "model.safetensors");
  EXPECT_EQ(gpt2_weights_sha256(folder_.path()), sha256_file(folder_ / "model.safetensors"));
  EXPECT_TRUE(
      std::ranges::equal(Gpt2Checkpoint::read(folder_.path()).tensor("ln_f.weight").bytes, TensorSet(small_config())["ln_f.weight"].bytes));
}

TEST_F(ShardedCheckpoint, HasTheSha256OfItsFilesDigests) {
  read();
  const std::string digests = sha256_file(folder_ / "a.safetensors") + sha256_file(folder_ / "b.safetensors");
  EXPECT_EQ(gpt2_weights_sha256(folder_.path()), sha256(std::as_bytes(std::span(digests))));
}

TEST_F(ShardedCheckpoint, NeedsEachFile) {
  read();
  std::filesystem::remove(folder_ / "b.safetensors");
  EXPECT_THAT(error_of([&] { Gpt2Checkpoint::read(folder_.path()); }), HasSubstr("b.safetensors: cannot read: No such file"));
}

TEST_F(ShardedCheckpoint, NeedsEachTensorInTheFileThatTheIndexNames) {
  weight_map_["wte.weight"] = "b.safetensors";
  EXPECT_THAT(complaint(), HasSubstr("model.safetensors.index.json: wte.weight is not in b.safetensors"));
}

TEST_F(ShardedCheckpoint, NeedsNoTensorThatTheIndexInvents) {
  weight_map_["h.0.invented"] = "a.safetensors";
  EXPECT_THAT(complaint(), HasSubstr("model.safetensors.index.json: h.0.invented is not in a.safetensors"));
}

TEST_F(ShardedCheckpoint, MustBeComplete) {
  a_.remove("wte.weight");
  weight_map_.erase("wte.weight");
  EXPECT_THAT(complaint(), HasSubstr(folder_.path().string() + ": no tensor wte.weight"));
}

TEST_F(ShardedCheckpoint, HoldsNoTensorInTwoFiles) {
  b_.add("wte.weight", {11, 6});
  EXPECT_THAT(complaint(), HasSubstr("b.safetensors: wte.weight: a second tensor of this name"));
  b_.remove("wte.weight");
  b_.add("transformer.wte.weight", {11, 6});
  EXPECT_THAT(complaint(), HasSubstr("b.safetensors: transformer.wte.weight: a second tensor of this name; the first is wte.weight"));
}

TEST_F(ShardedCheckpoint, NamesTheFileOfAWrongShape) {
  b_.replace("wpe.weight", {6, 5});
  EXPECT_THAT(complaint(), HasSubstr("b.safetensors: wpe.weight: shape [6, 5]"));
}

TEST_F(ShardedCheckpoint, LiesInOneFolder) {
  for (const std::string name : {"../x", "..", ".", "", "/etc/passwd", "sub/x", "x/", "a.safetensors/../a.safetensors"}) {
    weight_map_["wte.weight"] = name;
    EXPECT_THAT(complaint(), HasSubstr("model.safetensors.index.json: weight_map: wte.weight: " + name + " is no plain file name"));
  }
  weight_map_["wte.weight"] = std::string("a.safetensors\0x", 15);
  EXPECT_THAT(complaint(), HasSubstr("a.safetensors\\u0000x is no plain file name"));
  weight_map_["wte.weight"] = std::string(256, 'x');
  EXPECT_THAT(complaint(), HasSubstr("is no plain file name"));
  weight_map_["wte.weight"] = 7;
  EXPECT_THAT(complaint(), HasSubstr("7 is no plain file name"));
}

TEST_F(ShardedCheckpoint, NeedsAnIndexOfTheRightForm) {
  for (const auto& [text, error] : {std::pair{"weights", "no JSON at byte"},
                                    {"[]", "it is an array instead of an object"},
                                    {"{}", "no weight_map"},
                                    {R"({"weight_map": []})", "no weight_map"},
                                    {R"({"weight_map": {}})", "weight_map is empty"},
                                    {R"({"weight_map": {"a": "x", "a": "y"}})", "two entries are called \"a\""}}) {
    write_index(text);
    EXPECT_THAT(error_of([&] { Gpt2Checkpoint::read(folder_.path()); }), HasSubstr("model.safetensors.index.json: " + std::string(error)));
  }
}

}  // namespace
}  // namespace agsweep
