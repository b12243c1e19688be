#include "workers/model/flops.hpp"

namespace agsweep {

namespace {

constexpr double flops_of_product = 2;  // a multiplication and an addition for each weight and token

double product_flops(const at::Tensor& weight, double tokens, bool trained, bool wants_input) {
  const int products = 1 + (trained ? 1 : 0) + (wants_input ? 1 : 0);
  return flops_of_product * products * static_cast<double>(weight.numel()) * tokens;
}

/// @param wants_input  something before the layer is trained
double linear_flops(const Linear& linear, double tokens, bool wants_input) {
  double flops = product_flops(linear.weight, tokens, linear.weight_offset != frozen, wants_input);
  if (linear.adapter) {
    flops += product_flops(linear.adapter->a, tokens, true, wants_input);
    flops += product_flops(linear.adapter->b, tokens, true, true);  // A stands before it
  }
  return flops;
}

/// Scores and weighted sums: a product each forward, two each backward.
double attention_flops(std::int64_t width, double pairs) { return 6 * flops_of_product * static_cast<double>(width) * pairs; }

}  // namespace

double training_flops(const Network& network, const RowTotals& totals) {
  const auto rows = static_cast<double>(totals.rows);
  const auto tokens = static_cast<double>(totals.tokens);
  const std::int64_t width = network.width;
  double flops = linear_flops(network.head, rows, true);
  for (std::size_t i = 0; i < network.blocks.size(); ++i) {
    const Block& block = network.blocks[i];
    const bool last = i + 1 == network.blocks.size();
    const bool wants_input = i > 0 || network.below_blocks_trained();
    if (last) {
      flops += linear_flops(block.qkv.outputs(0, width), rows, wants_input);
      flops += linear_flops(block.qkv.outputs(width, 3 * width), tokens, wants_input);
    } else {
      flops += linear_flops(block.qkv, tokens, wants_input);
    }
    flops += attention_flops(width, last ? tokens : static_cast<double>(totals.pairs));
    for (const Linear* linear : {&block.out, &block.up, &block.down}) flops += linear_flops(*linear, last ? rows : tokens, true);
  }
  return flops;
}

}  // namespace agsweep
