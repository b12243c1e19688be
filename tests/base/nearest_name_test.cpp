#include "base/nearest_name.hpp"

#include <array>

#include <gtest/gtest.h>

namespace agsweep {
namespace {

constexpr std::array<std::string_view, 5> known = {"lr", "epochs", "batch-size", "warmup-steps", "weight-decay"};

TEST(NearestName, FindsTheNameBehindATypo) {
  EXPECT_EQ(nearest_name("epoch", known), "epochs");
  EXPECT_EQ(nearest_name("bacth-size", known), "batch-size");
  EXPECT_EQ(nearest_name("batch_size", known), "batch-size");
  EXPECT_EQ(nearest_name("warmup", std::array<std::string_view, 2>{"warmups", "warm"}), "warmups");
  EXPECT_EQ(nearest_name("l", known), "lr");
}

TEST(NearestName, CountsASwapOfNeighboursAsOneEdit) {
  EXPECT_EQ(nearest_name("ab", std::array<std::string_view, 1>{"ba"}), "ba");
  EXPECT_EQ(nearest_name("ab", std::array<std::string_view, 1>{"cd"}), "");
}

TEST(NearestName, IsEmptyWhenNothingIsNear) {
  EXPECT_EQ(nearest_name("colour", known), "");
  EXPECT_EQ(nearest_name("", known), "");
  EXPECT_EQ(nearest_name("lr", {}), "");
}

TEST(NearestName, FindsTheShortestNameThatHasItAsAWord) {
  const std::array<std::string_view, 4> names = {"per-device-batch-size", "batch-size", "gpt2-lora", "lora-rank"};
  EXPECT_EQ(nearest_name("batch", names), "batch-size");
  EXPECT_EQ(nearest_name("gpt2", names), "gpt2-lora");
  EXPECT_EQ(nearest_name("rank", names), "lora-rank");
  EXPECT_EQ(nearest_name("bat", names), "");
}

TEST(NearestName, TakesTheEarlierOfEquals) { EXPECT_EQ(nearest_name("vab", std::array<std::string_view, 2>{"vac", "val"}), "vac"); }

}  // namespace
}  // namespace agsweep
