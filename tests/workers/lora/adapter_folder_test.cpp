#include "workers/lora/adapter_folder.hpp"

#include <algorithm>  // std::ranges::equal
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "tests/workers/lora/adapter_files.hpp"
#include "workers/lora/adapter_config.hpp"

namespace agsweep {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;
using testing_support::adapter_of;
using testing_support::error_of;
using testing_support::OwnedTensors;
using testing_support::TemporaryFolder;

const LoraConfig small = {.rank = 2, .alpha = 4, .dropout = 0, .targets = {"c_attn", "c_proj"}, .rslora = false};

TEST(AdapterFolder, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  const OwnedTensors written = adapter_of(small, 2);
  EXPECT_FALSE(is_adapter_folder(folder.path()));
  write_adapter_folder(folder.path(), small, "gpt2", written.tensors);
  EXPECT_TRUE(is_adapter_folder(folder.path()));

  const AdapterFolder read = read_adapter_folder(folder.path());
  EXPECT_EQ(read.lora.rank, 2);
  EXPECT_EQ(read.lora.targets, small.targets);
  EXPECT_EQ(read.base_name, "gpt2");
  EXPECT_EQ(read.file.metadata().at("format"), "pt");
  ASSERT_EQ(read.tensors.size(), written.tensors.size());
  for (std::size_t i = 0; i < read.tensors.size(); ++i) {
    EXPECT_EQ(read.tensors[i].name, written.tensors[i].name);
    EXPECT_EQ(read.tensors[i].shape, written.tensors[i].shape);
    EXPECT_TRUE(std::ranges::equal(read.tensors[i].bytes, written.tensors[i].bytes));
  }
}

TEST(AdapterFolder, WritesPeftsNames) {
  const TemporaryFolder folder;
  write_adapter_folder(folder.path(), small, "", adapter_of(small, 1).tensors);
  const auto file = SafetensorsFile::read(folder / "adapter_model.safetensors");
  EXPECT_NE(file.find("base_model.model.transformer.h.0.attn.c_attn.lora_A.weight"), nullptr);
  EXPECT_NE(file.find("base_model.model.score.weight"), nullptr);
}

TEST(AdapterFolder, TurnsAPatternIntoTheModulesThatItMatches) {
  const TemporaryFolder folder;
  LoraConfig lora = small;
  lora.targets = {"h.1.attn.c_attn"};
  write_adapter_folder(folder.path(), lora, "", adapter_of(lora, 2).tensors);
  auto config = nlohmann::json::parse(read_file(folder / "adapter_config.json"));
  config["target_modules"] = R"(.*\.h\.[1-9]\.attn\.c_attn)";
  std::ofstream(folder / "adapter_config.json") << config;
  EXPECT_THAT(read_adapter_folder(folder.path()).lora.targets, ElementsAre("transformer.h.1.attn.c_attn"));
}

TEST(AdapterFolder, PassesOverTargetsThatAreNoModulesOfAGpt2) {
  const TemporaryFolder folder;
  LoraConfig lora = small;
  lora.targets = {"c_attn", "q_proj", "v_proj"};
  write_adapter_folder(folder.path(), lora, "", adapter_of(lora, 2).tensors);
  EXPECT_THAT(read_adapter_folder(folder.path()).lora.targets, ElementsAre("c_attn"));
}

/// What reading says of an adapter of small's targets in two blocks after `change`.
template <typename Change>
std::string complaint(const Change& change) {
  const TemporaryFolder folder;
  OwnedTensors adapter = adapter_of(small, 2);
  change(adapter);
  write_adapter_folder(folder.path(), small, "", adapter.tensors);
  return error_of([&] { read_adapter_folder(folder.path()); });
}

TEST(AdapterFolder, NamesAMissingTensor) {
  for (const char* name : {"score.weight", "transformer.h.0.attn.c_attn.lora_A.weight", "transformer.h.1.mlp.c_proj.lora_B.weight"}) {
    EXPECT_THAT(complaint([&](OwnedTensors& adapter) { adapter.remove(name); }),
                HasSubstr("adapter_model.safetensors: " + std::string(name) + " is missing"));
  }
}

TEST(AdapterFolder, NamesATensorThatPeftWouldSkip) {
  for (const char* name : {"transformer.h.0.mlp.c_fc.lora_A.weight", "transformer.h.00.attn.c_attn.lora_A.weight", "score.bias",
                           "transformer.wte.lora_embedding_A", "transformer.h.0.attn.c_attn.lora_magnitude_vector", "score.weigth"}) {
    EXPECT_THAT(complaint([&](OwnedTensors& adapter) {
                  adapter.add(name, {2, 8});
                }),
                AllOf(HasSubstr(name), HasSubstr("no tensor of this adapter is called so")));
  }
}

TEST(AdapterFolder, RefusesAShapeThatDoesNotFitTheRank) {
  const std::string a = "transformer.h.0.attn.c_attn.lora_A.weight", b = "transformer.h.0.attn.c_attn.lora_B.weight";
  const auto reshaped = [](const std::string& name, const std::vector<std::int64_t>& shape) {
    return complaint([&](OwnedTensors& adapter) { adapter.reshape(name, shape); });
  };
  EXPECT_THAT(reshaped(a, {3, 8}), HasSubstr(a + ": its shape is [3, 8], expected [2, in]"));
  EXPECT_THAT(reshaped(a, {2}), HasSubstr("expected [2, in]"));
  EXPECT_THAT(reshaped(a, {2, 0}), HasSubstr("expected [2, in]"));
  EXPECT_THAT(reshaped(b, {2, 24}), HasSubstr(b + ": its shape is [2, 24], expected [out, 2]"));
  EXPECT_THAT(reshaped("score.weight", {8}), HasSubstr("score.weight: its shape is [8], expected [classes, width]"));
}

TEST(AdapterFolder, RefusesIntegers) {
  EXPECT_THAT(complaint([](OwnedTensors& adapter) { adapter.at("score.weight").dtype = "I32"; }), HasSubstr("its dtype is I32"));
}

TEST(AdapterFolder, RefusesABlockThatNoGpt2Has) {
  for (const char* block : {"1000000000", "99999999999999999999"}) {
    const std::string name = fmt::format("transformer.h.{}.attn.c_attn.lora_A.weight", block);
    EXPECT_THAT(complaint([&](OwnedTensors& adapter) { adapter.add(name, {2, 8}); }), HasSubstr("no GPT-2 has so many blocks"));
  }
}

TEST(AdapterFolder, RefusesTargetsWithoutTensors) {
  EXPECT_THAT(complaint([](OwnedTensors& adapter) {
                std::erase_if(adapter.tensors, [](const TensorBytes& tensor) { return tensor.name != "score.weight"; });
              }),
              HasSubstr("no tensor belongs to a module that target_modules names (c_attn, c_proj)"));
}

TEST(AdapterFolder, RefusesNamesWithoutPeftsPrefix) {
  const TemporaryFolder folder;
  write_file_atomically(folder / "adapter_config.json", adapter_config_text(small, ""));
  write_safetensors(folder / "adapter_model.safetensors", adapter_of(small, 1).tensors, {});
  EXPECT_THAT(error_of([&] { read_adapter_folder(folder.path()); }), HasSubstr("its name does not begin with base_model.model."));
}

TEST(AdapterFolder, NamesTheFileOfABadKeyAndOfABadPattern) {
  const TemporaryFolder folder;
  write_adapter_folder(folder.path(), small, "", adapter_of(small, 1).tensors);
  const auto with = [&](const char* key, const char* value) {
    auto config = nlohmann::json::parse(adapter_config_text(small, ""));
    config[key] = value;
    std::ofstream(folder / "adapter_config.json") << config;
    return error_of([&] { read_adapter_folder(folder.path()); });
  };
  EXPECT_THAT(with("bias", "all"), StartsWith((folder / "adapter_config.json").string() + ": bias: \"all\" is not supported"));
  EXPECT_THAT(with("target_modules", "("), StartsWith((folder / "adapter_config.json").string() + ": target_modules: "));
}

TEST(AdapterFolder, NamesAMissingFileAndAPickle) {
  const TemporaryFolder folder;
  EXPECT_THAT(error_of([&] { read_adapter_folder(folder.path()); }), HasSubstr("adapter_config.json: cannot read"));
  write_file_atomically(folder / "adapter_config.json", adapter_config_text(small, ""));
  EXPECT_THAT(error_of([&] { read_adapter_folder(folder.path()); }), HasSubstr("adapter_model.safetensors: cannot read"));
  std::ofstream(folder / "adapter_model.bin") << "pickle";
  EXPECT_THAT(error_of([&] { read_adapter_folder(folder.path()); }), HasSubstr("adapter_model.bin: a Python pickle"));
}

}  // namespace
}  // namespace agsweep
