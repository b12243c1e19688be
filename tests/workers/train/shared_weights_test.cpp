#include "workers/train/shared_weights.hpp"

#include <gtest/gtest.h>

namespace agsweep {
namespace {

ParameterLayout layout_of(std::int64_t width) {
  ParameterLayout layout;
  layout.add_embedding("token_embedding.weight", 50, width, 0.02);
  layout.add("head.weight", {4, width}, Initial::xavier_uniform);
  return layout;
}

at::Tensor start(SharedWeights& shared, std::int64_t width, std::uint64_t seed) {
  Parameters parameters(layout_of(width), at::kBFloat16);
  parameters.assign(shared.initial_values(parameters.layout(), seed));
  EXPECT_TRUE(parameters.compute(1).equal(parameters.view(1).to(at::kBFloat16)));
  return parameters.flat();
}

TEST(SharedWeights, GiveStartValuesAsTheyWouldBeDrawn) {
  SharedWeights keeps(true);
  SharedWeights draws;
  for (const auto& [width, seed] : {std::pair(8, 42), std::pair(8, 42), std::pair(8, 43), std::pair(16, 43), std::pair(8, 42)}) {
    EXPECT_TRUE(start(keeps, width, static_cast<std::uint64_t>(seed)).equal(start(draws, width, static_cast<std::uint64_t>(seed))));
  }
}

TEST(SharedWeights, KeepACopyThatTrainingDoesNotChange) {
  SharedWeights shared(true);
  const at::Tensor first = start(shared, 8, 42);
  const at::Tensor before = first.clone();
  first.zero_();
  EXPECT_TRUE(start(shared, 8, 42).equal(before));
}

}  // namespace
}  // namespace agsweep
