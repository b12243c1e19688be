#include "workers/run/checkpoint.hpp"

#include <algorithm>  // std::sort
#include <cstring>    // std::memcpy
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::error_of;
using testing_support::TemporaryFolder;

/// A generation whose values tell its step.
void save(CheckpointStore& store, std::int64_t step) {
  const std::vector<float> values = {static_cast<float>(step), 0.5F};
  const std::vector<TensorBytes> tensors = {{"parameters", "F32", {2}, std::as_bytes(std::span(values))}};
  store.save(step, tensors, {{"epoch", step / 10}, {"best", 0.1 + static_cast<double>(step)}});
}

struct Loaded {
  std::optional<LoadedCheckpoint> checkpoint;
  std::vector<std::string> warnings;
  std::int64_t step() const { return checkpoint ? checkpoint->step : -1; }
};

Loaded load(CheckpointStore& store) {
  Loaded loaded;
  loaded.checkpoint = store.load_newest([&](const std::string& warning) { loaded.warnings.push_back(warning); });
  return loaded;
}

Loaded load(const std::filesystem::path& folder) {
  CheckpointStore store(folder);
  return load(store);
}

std::vector<std::string> names_in(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

void write(const std::filesystem::path& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

TEST(CheckpointStore, GivesTheNewestGenerationBack) {
  const TemporaryFolder run;
  CheckpointStore store(run / "checkpoints");
  for (const std::int64_t step : {10, 20, 30}) save(store, step);
  const Loaded loaded = load(store);
  EXPECT_EQ(loaded.step(), 30);
  EXPECT_THAT(loaded.warnings, IsEmpty());
  float first = 0;
  std::memcpy(&first, loaded.checkpoint->file.find("parameters")->bytes.data(), sizeof first);
  EXPECT_EQ(first, 30);
  EXPECT_EQ(loaded.checkpoint->state, (nlohmann::json{{"epoch", 3}, {"best", 30.1}}));
}

TEST(CheckpointStore, KeepsTheNewestAndTheOneBefore) {
  const TemporaryFolder run;
  CheckpointStore store(run / "checkpoints");
  for (const std::int64_t step : {9, 100'000'000, 99'999'999, 100'000'001}) save(store, step);
  EXPECT_THAT(names_in(run / "checkpoints"), ElementsAre("step-100000001.safetensors", "step-99999999.safetensors"));
  CheckpointStore single(run / "checkpoints", 1);
  save(single, 100'000'002);
  EXPECT_THAT(names_in(run / "checkpoints"), ElementsAre("step-100000002.safetensors"));
}

TEST(CheckpointStore, HasNothingWhereNothingWasSaved) {
  const TemporaryFolder run;
  EXPECT_EQ(load(run / "checkpoints").step(), -1);
  EXPECT_EQ(load(run.path()).step(), -1);
}

TEST(CheckpointStore, FallsBackForAFlippedBitAnywhere) {
  const TemporaryFolder run;
  CheckpointStore store(run.path());
  save(store, 10);
  save(store, 20);
  const std::string whole = read_file(run / "step-00000020.safetensors");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>(damaged[i] ^ (1 << (i % 8)));
    write(run / "step-00000020.safetensors", damaged);
    const Loaded loaded = load(store);
    ASSERT_EQ(loaded.step(), 10) << "byte " << i;
    ASSERT_THAT(loaded.warnings, ElementsAre(HasSubstr("step-00000020.safetensors: "))) << "byte " << i;
  }
}

TEST(CheckpointStore, FallsBackForAFileCutAnywhere) {
  const TemporaryFolder run;
  CheckpointStore store(run.path());
  save(store, 10);
  save(store, 20);
  const std::string whole = read_file(run / "step-00000020.safetensors");
  for (std::size_t length = 0; length < whole.size(); ++length) {
    write(run / "step-00000020.safetensors", whole.substr(0, length));
    const Loaded loaded = load(store);
    ASSERT_EQ(loaded.step(), 10) << length << " bytes";
    ASSERT_EQ(loaded.warnings.size(), 1U) << length << " bytes";
  }
}

TEST(CheckpointStore, FallsBackForAGenerationUnderAnotherStepsName) {
  const TemporaryFolder run;
  CheckpointStore store(run.path());
  save(store, 10);
  write(run / "step-00000020.safetensors", read_file(run / "step-00000010.safetensors"));
  EXPECT_EQ(load(store).step(), 10);
  EXPECT_THAT(load(store).warnings, ElementsAre(HasSubstr("holds step 10")));
}

TEST(CheckpointStore, SaysSoWhenEveryGenerationIsDamaged) {
  const TemporaryFolder run;
  write(run / "step-00000010.safetensors", "");
  write(run / "step-00000020.safetensors", "x");
  std::vector<std::string> warnings;
  CheckpointStore store(run.path());
  EXPECT_THAT(error_of([&] { store.load_newest([&](const std::string& warning) { warnings.push_back(warning); }); }),
              HasSubstr("every checkpoint is damaged"));
  EXPECT_EQ(warnings.size(), 2U);
}

TEST(CheckpointStore, ReplacesDamagedLaterGenerationsAfterAFallback) {
  const TemporaryFolder run;
  CheckpointStore store(run.path());
  save(store, 10);
  save(store, 20);
  write(run / "step-00000020.safetensors", "damaged");
  save(store, 15);
  EXPECT_THAT(names_in(run.path()), ElementsAre("step-00000010.safetensors", "step-00000015.safetensors"));
}

TEST(CheckpointStore, IgnoresOtherFiles) {
  const TemporaryFolder run;
  CheckpointStore store(run / "checkpoints");
  save(store, 10);
  for (const char* name : {"step-20.safetensors", "step-00000030.safetensors.bak", "step-.safetensors", "step--0000001.safetensors"}) {
    write(run / "checkpoints" / name, "");
  }
  EXPECT_EQ(load(store).step(), 10);
  save(store, 20);
  EXPECT_EQ(names_in(run / "checkpoints").size(), 6U);
}

TEST(CheckpointStore, KeepsTwoWholeGenerationsBesideADamagedOne) {
  const TemporaryFolder run;
  CheckpointStore store(run.path());
  save(store, 10);
  save(store, 15);
  write(run / "step-00000015.safetensors", "damaged");
  EXPECT_THAT(load(store).warnings, SizeIs(1));
  save(store, 20);
  EXPECT_THAT(names_in(run.path()), ElementsAre("step-00000010.safetensors", "step-00000020.safetensors"));
}

}  // namespace
}  // namespace agsweep
