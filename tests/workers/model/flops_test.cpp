#include "workers/model/flops.hpp"

#include <gtest/gtest.h>

#include "workers/model/transformer.hpp"

namespace agsweep {
namespace {

constexpr std::int64_t width = 8, ffn = 24, classes = 4, rank = 2;
constexpr double square = width * width, both_ffn = 2 * width * ffn;

/// Rows of 1, 2 and 5 tokens.
RowTotals few_rows() {
  RowTotals totals;
  for (const std::int64_t tokens : {1, 2, 5}) totals.add(tokens);
  return totals;
}
constexpr double rows = 3, tokens = 8, pairs = 1 + 3 + 15;
constexpr double attention = 12 * width * (pairs + tokens);  // of two blocks

Linear frozen_layer(std::int64_t out, std::int64_t in) { return {.weight = at::empty({out, in}), .bias = {}, .adapter = {}}; }

/// Two frozen blocks under a trained head.
Network frozen_network() {
  const Block block{.heads = 2,
                    .gelu_by_tanh = true,
                    .norm1 = {},
                    .qkv = frozen_layer(3 * width, width),
                    .out = frozen_layer(width, width),
                    .norm2 = {},
                    .up = frozen_layer(ffn, width),
                    .down = frozen_layer(width, ffn)};
  Network network{.width = width,
                  .embedding_scale = 1,
                  .table = {},
                  .positions = {},
                  .embedding_trained = false,
                  .longest = 8,
                  .dropout = {},
                  .blocks = {block, block},
                  .norm = {},
                  .head = frozen_layer(classes, width)};
  network.head.weight_offset = 0;
  return network;
}

/// With so many FLOPs for each weight and token of all layers but the first qkv and the head.
double expected(double first_qkv, double others) {
  const double first = first_qkv * tokens * 3 * square + others * tokens * (square + both_ffn);
  const double last = others * (tokens * 2 * square + rows * (2 * square + both_ffn));
  return first + last + attention + 6 * rows * width * classes;
}

TEST(TrainingFlops, CountsRowsTokensAndCausalPairs) {
  const RowTotals totals = few_rows();
  EXPECT_EQ(totals.rows, rows);
  EXPECT_EQ(totals.tokens, tokens);
  EXPECT_EQ(totals.pairs, pairs);
}

TEST(TrainingFlops, AreSixATrainedWeightAndToken) {
  const Transformer model({.vocabulary = 50, .longest = 8, .layers = 2, .width = width, .heads = 2, .ffn = ffn, .classes = classes}, 0.1);
  EXPECT_EQ(model.training_flops(Parameters(model.layout(), at::kFloat), few_rows()), expected(6, 6));
}

TEST(TrainingFlops, AreFourAFrozenWeightAndTokenAndTwoWhereNothingBeforeItIsTrained) {
  Network network = frozen_network();
  EXPECT_EQ(training_flops(network, few_rows()), expected(2, 4));
  network.embedding_trained = true;
  EXPECT_EQ(training_flops(network, few_rows()), expected(4, 4));
}

TEST(TrainingFlops, OfAnAdapterAreThoseOfItsTwoTrainedMatrices) {
  Network network = frozen_network();
  const double without = training_flops(network, few_rows());
  const auto adapter = [](std::int64_t out) {
    return Adapter{.a = at::empty({rank, width}), .b = at::empty({out, rank}), .scale = 1, .a_offset = 0, .b_offset = 0};
  };
  network.blocks[0].qkv.adapter = adapter(3 * width);
  const double first_qkv = tokens * (4 * rank * width + 6 * 3 * width * rank);
  EXPECT_EQ(training_flops(network, few_rows()), without + first_qkv);
  network.blocks[0].up.adapter = adapter(ffn);
  EXPECT_EQ(training_flops(network, few_rows()), without + first_qkv + 6 * tokens * rank * (width + ffn));
}

}  // namespace
}  // namespace agsweep
