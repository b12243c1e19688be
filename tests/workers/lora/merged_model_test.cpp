#include "workers/lora/merged_model.hpp"

#include <algorithm>  // std::ranges::equal

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/workers/lora/adapter_files.hpp"
#include "workers/gpt2/random_gpt2.hpp"
#include "workers/lora/adapter_tensors.hpp"  // tensor_named
#include "workers/lora/merge.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::adapter_of;
using testing_support::error_of;
using testing_support::OwnedTensors;
using testing_support::TemporaryFolder;

const Gpt2Config geometry = {.vocabulary = 11, .positions = 6, .width = 8, .layers = 2, .heads = 2, .ffn = 12};
const LoraConfig small = {.rank = 2, .alpha = 4, .dropout = 0, .targets = {"c_attn", "mlp.c_proj"}, .rslora = false};

Gpt2Checkpoint random_base() {
  const TemporaryFolder folder;
  write_random_gpt2(folder.path(), geometry, 1);
  return Gpt2Checkpoint::read(folder.path());
}

std::vector<float> floats(const TensorBytes& tensor) {
  std::vector<float> values(tensor.bytes.size() / sizeof(float));
  copy_as_fp32(tensor, values);
  return values;
}

TEST(MergedModel, ChangesTheTargetsAloneAndAddsTheHead) {
  const Gpt2Checkpoint base = random_base();
  const OwnedTensors adapter = adapter_of(small, geometry.layers);
  const ClassifierTensors model = merged_model(base, small, adapter.tensors);
  ASSERT_EQ(model.tensors.size(), gpt2_tensors(geometry).size() + 1);
  for (const Gpt2Tensor& expected : gpt2_tensors(geometry)) {
    const TensorBytes& tensor = tensor_named(model.tensors, "transformer." + expected.name);
    EXPECT_EQ(tensor.shape, expected.shape);
    const bool same = std::ranges::equal(tensor.bytes, base.tensor(expected.name).bytes);
    EXPECT_EQ(same, !expected.name.ends_with("c_attn.weight") && !expected.name.ends_with("mlp.c_proj.weight")) << expected.name;
  }
  EXPECT_TRUE(std::ranges::equal(model.tensors.back().bytes, adapter.tensors.back().bytes)) << "score.weight";
}

TEST(MergedModel, AddsEachModulesOwnProduct) {
  const Gpt2Checkpoint base = random_base();
  const OwnedTensors adapter = adapter_of(small, geometry.layers);
  std::vector<float> expected = floats(base.tensor("h.1.mlp.c_proj.weight"));
  merge_adapter(expected, floats(tensor_named(adapter.tensors, "transformer.h.1.mlp.c_proj.lora_A.weight")),
                floats(tensor_named(adapter.tensors, "transformer.h.1.mlp.c_proj.lora_B.weight")), 2, small.scale());
  const ClassifierTensors model = merged_model(base, small, adapter.tensors);
  EXPECT_EQ(floats(tensor_named(model.tensors, "transformer.h.1.mlp.c_proj.weight")), expected);
}

TEST(MergedModel, KeepsItsTensorsWhereTheyAreWhenMoved) {
  const Gpt2Checkpoint base = random_base();
  const OwnedTensors adapter = adapter_of(small, geometry.layers);
  ClassifierTensors first = merged_model(base, small, adapter.tensors);
  const std::vector<float> before = floats(tensor_named(first.tensors, "transformer.h.0.attn.c_attn.weight"));
  const ClassifierTensors second = std::move(first);
  EXPECT_EQ(floats(tensor_named(second.tensors, "transformer.h.0.attn.c_attn.weight")), before);
}

TEST(MergedModel, RefusesAnAdapterOfAnotherGeometry) {
  const Gpt2Checkpoint base = random_base();
  const auto complaint = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
    OwnedTensors adapter = adapter_of(small, geometry.layers);
    adapter.reshape(name, shape);
    return error_of([&] { merged_model(base, small, adapter.tensors); });
  };
  EXPECT_THAT(complaint("transformer.h.0.attn.c_attn.lora_A.weight", {2, 9}),
              HasSubstr("lora_A.weight: its shape is [2, 9], expected [2, 8]"));
  EXPECT_THAT(complaint("transformer.h.0.attn.c_attn.lora_B.weight", {8, 2}),
              HasSubstr("lora_B.weight: its shape is [8, 2], expected [24, 2]"));
  EXPECT_THAT(complaint("score.weight", {4, 9}), HasSubstr("score.weight: its shape is [4, 9], expected [4, 8]"));
}

TEST(MergedModel, RefusesAnAdapterOfFewerBlocks) {
  const Gpt2Checkpoint base = random_base();
  const OwnedTensors adapter = adapter_of(small, 1);
  EXPECT_THAT(error_of([&] { merged_model(base, small, adapter.tensors); }), HasSubstr("h.1.attn.c_attn.lora_A.weight is missing"));
}

OwnedTensors all_trained() {
  OwnedTensors trained;
  for (const Gpt2Tensor& tensor : gpt2_tensors(geometry)) trained.add("transformer." + tensor.name, tensor.shape);
  trained.add("score.weight", {4, 8});
  return trained;
}

TEST(TrainedModel, IsWhatWasTrained) {
  const OwnedTensors trained = all_trained();
  const ClassifierTensors model = trained_model(geometry, trained.tensors);
  ASSERT_EQ(model.tensors.size(), trained.tensors.size());
  for (const TensorBytes& tensor : model.tensors) {
    EXPECT_TRUE(std::ranges::equal(tensor.bytes, tensor_named(trained.tensors, tensor.name).bytes)) << tensor.name;
  }
}

TEST(TrainedModel, RefusesWhatIsNoWholeGpt2) {
  OwnedTensors fewer = all_trained(), more = all_trained(), other = all_trained();
  fewer.remove("transformer.ln_f.bias");
  more.add("transformer.h.2.ln_1.bias", {8});
  other.reshape("transformer.wpe.weight", {7, 8});
  EXPECT_THAT(error_of([&] { trained_model(geometry, fewer.tensors); }), HasSubstr("transformer.ln_f.bias is missing"));
  EXPECT_THAT(error_of([&] { trained_model(geometry, more.tensors); }), HasSubstr("no GPT-2 for classification has"));
  EXPECT_THAT(error_of([&] { trained_model(geometry, other.tensors); }), HasSubstr("its shape is [7, 8], expected [6, 8]"));
}

}  // namespace
}  // namespace agsweep
