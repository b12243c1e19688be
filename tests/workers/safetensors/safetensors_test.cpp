#include "workers/safetensors/safetensors.hpp"

#include <algorithm>  // std::ranges::equal
#include <array>
#include <numeric>  // std::iota

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing_support::TemporaryFolder;

template <typename T>
TensorBytes tensor(const std::string& name, const std::string& dtype, std::vector<std::int64_t> shape, const T& values) {
  return {name, dtype, std::move(shape), std::as_bytes(std::span(values))};
}

TEST(Safetensors, ReadsBackWhatItWrote) {
  const TemporaryFolder folder;
  std::vector<float> matrix(12);
  std::iota(matrix.begin(), matrix.end(), -3.5F);
  const std::array<std::int64_t, 1> step = {812};
  const std::vector<float> none;
  const std::vector<TensorBytes> tensors = {tensor("weight \"ü\"", "F32", {3, 4}, matrix), tensor("none", "F32", {0, 4}, none),
                                            tensor("step", "I64", {}, step)};
  write_safetensors(folder / "x.safetensors", tensors, {{"state", "{\"epoch\":1}"}, {"format", "pt"}});

  const SafetensorsFile file = SafetensorsFile::read(folder / "x.safetensors");
  EXPECT_EQ(file.metadata(), (std::map<std::string, std::string>{{"format", "pt"}, {"state", "{\"epoch\":1}"}}));
  ASSERT_EQ(file.tensors().size(), 3);
  for (const TensorBytes& expected : tensors) {
    const TensorBytes* const found = file.find(expected.name);
    ASSERT_NE(found, nullptr) << expected.name;
    EXPECT_EQ(found->dtype, expected.dtype);
    EXPECT_EQ(found->shape, expected.shape);
    EXPECT_TRUE(std::ranges::equal(found->bytes, expected.bytes));
  }
  EXPECT_EQ(file.find("weight"), nullptr);
}

TEST(Safetensors, AlignsDataInTheFileAndInMemory) {
  const TemporaryFolder folder;
  const std::array<float, 2> values = {1, 2};
  for (const char* const name : {"a", "ab", "abc", "abcd", "abcde"}) {
    const std::array tensors = {tensor(name, "F32", {2}, values)};
    write_safetensors(folder / "x.safetensors", tensors, {});
    EXPECT_EQ(std::filesystem::file_size(folder / "x.safetensors") % 8, 0U);
    const SafetensorsFile file = SafetensorsFile::read(folder / "x.safetensors");
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(file.tensors().front().bytes.data()) % 64, 0U);
  }
}

TEST(Safetensors, WritesTheSameBytesForTheSameArguments) {
  const TemporaryFolder folder;
  const std::array<float, 2> values = {1, 2};
  const std::array tensors = {tensor("b", "F32", {2}, values), tensor("a", "F32", {1, 2}, values)};
  write_safetensors(folder / "x", tensors, {{"k", "v"}});
  write_safetensors(folder / "y", tensors, {{"k", "v"}});
  EXPECT_EQ(read_file(folder / "x"), read_file(folder / "y"));
  EXPECT_EQ(SafetensorsFile::read(folder / "x").tensors().front().name, "b") << "tensors are laid out in the order given";
}

TEST(Safetensors, KeepsItsTensorsWhereTheyAreWhenMoved) {
  const TemporaryFolder folder;
  const std::array<float, 2> values = {1, 2};
  write_safetensors(folder / "x", std::array{tensor("a", "F32", {2}, values)}, {});
  SafetensorsFile first = SafetensorsFile::read(folder / "x");
  const std::byte* const address = first.tensors().front().bytes.data();
  const SafetensorsFile second = std::move(first);
  EXPECT_EQ(second.tensors().front().bytes.data(), address);
  EXPECT_EQ(second.tensors().front().bytes[3], std::byte{0x3f});
}

TEST(Safetensors, RefusesToWriteWhatItWouldNotRead) {
  const TemporaryFolder folder;
  const std::array<float, 2> values = {1, 2};
  const auto refuses = [&](std::vector<TensorBytes> tensors) {
    EXPECT_THROW(write_safetensors(folder / "x", tensors, {}), RunTimeError) << tensors.front().name;
  };
  refuses({tensor("a", "F32", {3}, values)});
  refuses({tensor("a", "F32", {-2}, values)});
  refuses({tensor("a", "F4", {16}, values)});
  refuses({tensor("a", "F32", {2}, values), tensor("a", "F32", {2}, values)});
  refuses({tensor("__metadata__", "F32", {2}, values)});
  refuses({tensor("\xff", "F32", {2}, values)});
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Safetensors, SaysSoWhenItsFolderIsMissing) {
  const std::array<float, 2> values = {1, 2};
  EXPECT_THROW(write_safetensors("/nonexistent/x", std::array{tensor("a", "F32", {2}, values)}, {}), RunTimeError);
}

}  // namespace
}  // namespace agsweep
