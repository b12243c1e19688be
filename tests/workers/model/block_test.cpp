#include "workers/model/block.hpp"

#include "tests/support/layer_test.hpp"

namespace agsweep {
namespace {

using namespace testing_support;

struct BlockKind {
  bool last_token_only = false;
  bool gelu_by_tanh = false;
  bool updated = true;  // the block before gives an update
  LinearKind layers = {};
};

struct NormCase {
  Norm norm;
  at::Tensor weight;
  at::Tensor bias;

  at::Tensor reference(const at::Tensor& x) const { return at::layer_norm(x, weight.sizes(), weight, bias, norm.epsilon); }
};

/// softmax(q k^T / sqrt(head width)) v over each of a packed batch's rows, where a token sees none behind it.
at::Tensor attention_reference(const at::Tensor& qkv, std::int64_t heads, const std::vector<std::int32_t>& offsets) {
  std::vector<at::Tensor> rows;
  for (std::size_t row = 0; row + 1 < offsets.size(); ++row) {
    const std::int64_t length = offsets[row + 1] - offsets[row];
    const at::Tensor of_row = qkv.narrow(0, offsets[row], length).view({length, 3, heads, -1}).permute({1, 2, 0, 3});
    const at::Tensor q = of_row[0], k = of_row[1], v = of_row[2];  // [heads, length, head width]
    const at::Tensor scores = q.matmul(k.transpose(1, 2)) / std::sqrt(static_cast<double>(q.size(2)));
    const at::Tensor behind = at::ones({length, length}, at::kBool).triu(1);
    const at::Tensor probabilities = scores.masked_fill(behind, -std::numeric_limits<float>::infinity()).softmax(2);
    rows.push_back(probabilities.matmul(v).transpose(0, 1).reshape({length, -1}));
  }
  return at::cat(rows);
}

class BlockTest : public LayerTest {
 protected:
  /// A random block over a random batch, its reference's results, and gradients of them.
  struct Case {
    PackedBatch batch;
    Block block;
    TrainedLeaves leaves;
    at::Tensor residual;  // [tokens, width], the reference's leaf
    at::Tensor update;    // [tokens, width], likewise; undefined: none
    at::Tensor out;       // [queries, width], the residual stream behind the block
    at::Tensor down;      // [queries, width], the update to it
    at::Tensor d_out;     // [queries, width]
    at::Tensor d_down;    // [queries, width]
  };

  PackedBatch random_rows() {
    PackedBatch batch{.tokens = {}, .offsets = {0}, .labels = {}};
    for (std::int64_t row = between(1, 6); row > 0; --row) {
      batch.offsets.push_back(batch.offsets.back() + static_cast<std::int32_t>(between(1, 40)));
      batch.labels.push_back(0);
    }
    batch.tokens.resize(static_cast<std::size_t>(batch.offsets.back()));
    return batch;
  }

  NormCase norm_case(const std::string& name, std::int64_t width, bool trained, TrainedLeaves& leaves) {
    NormCase layer{
        .norm = {}, .weight = (values({width}, at::kFloat) + 1).requires_grad_(), .bias = values({width}, at::kFloat).requires_grad_()};
    layer.norm = {.weight = layer.weight.detach(), .bias = layer.bias.detach()};
    if (!trained) return layer;
    layer.norm.weight_offset = leaves.add(name + " weight", layer.weight);
    layer.norm.bias_offset = leaves.add(name + " bias", layer.bias);
    return layer;
  }

  Case random_case(const BlockKind& kind) {
    Case c;
    c.batch = random_rows();
    const std::int64_t heads = between(1, 4), width = heads * 8 * between(1, 4), ffn = between(1, 200), tokens = c.batch.token_count();
    const NormCase norm1 = norm_case("norm1", width, kind.layers.trained, c.leaves);
    const LinearCase qkv = linear_case("qkv", 3 * width, width, kind.layers, c.leaves);
    const LinearCase out = linear_case("out", width, width, kind.layers, c.leaves);
    const NormCase norm2 = norm_case("norm2", width, kind.layers.trained, c.leaves);
    const LinearCase up = linear_case("up", ffn, width, kind.layers, c.leaves);
    const LinearCase down = linear_case("down", width, ffn, kind.layers, c.leaves);
    c.block = {.heads = heads,
               .gelu_by_tanh = kind.gelu_by_tanh,
               .norm1 = norm1.norm,
               .qkv = qkv.linear,
               .out = out.linear,
               .norm2 = norm2.norm,
               .up = up.linear,
               .down = down.linear};

    c.residual = values({tokens, width}, at::kFloat).requires_grad_();
    if (kind.updated) c.update = leaf({tokens, width});
    const at::Tensor x = kind.updated ? c.residual + c.update : c.residual;
    const at::Tensor attended = x + out.reference(attention_reference(qkv.reference(norm1.reference(x)), heads, c.batch.offsets));
    const at::Tensor activated = at::gelu(up.reference(norm2.reference(attended)), kind.gelu_by_tanh ? "tanh" : "none");
    const at::Tensor queries = kind.last_token_only ? at::tensor(c.batch.offsets).narrow(0, 1, c.batch.rows()) - 1 : at::arange(tokens);
    c.out = attended.index_select(0, queries);
    c.down = down.reference(activated).index_select(0, queries);
    c.d_out = values(c.out.sizes(), at::kFloat);
    c.d_down = values(c.down.sizes());
    ((c.out * c.d_out).sum() + (c.down * c.d_down).sum()).backward();
    return c;
  }

  /// A matrix with the rows that fill the last block of a product.
  static at::Tensor padded(const at::Tensor& matrix, double filler) {
    return at::constant_pad_nd(matrix.detach(), {0, 0, 0, padded_rows(matrix.size(0)) - matrix.size(0)}, filler);
  }

  BlockInput input(const Case& c) const {
    return {.residual = padded(c.residual, 0.5), .update = c.update.defined() ? given(padded(c.update, 0.5)) : at::Tensor()};
  }

  void expect_output(const BlockTape& tape, const Case& c) const {
    const auto output = [&](const at::Tensor& matrix) { return matrix.narrow(0, 0, c.out.size(0)); };
    expect_close(output(tape.output().residual), c.out, block_tolerance(), "the residual stream");
    expect_close(output(tape.output().update), c.down, block_tolerance(), "the update");
  }

  void expect_as_reference(const BlockKind& kind, bool wants_input = true) {
    const Workspace::Scope scope(workspace());
    const Case c = random_case(kind);
    SCOPED_TRACE(testing::Message() << c.batch.rows() << " rows of " << c.batch.token_count() << " tokens, width " << c.residual.size(1)
                                    << ", " << c.block.heads << " heads");
    const c10::InferenceMode no_autograd;
    const Batch batch = workers_.load(c.batch, {}, 0);
    const BlockRows rows{batch, kind.last_token_only};
    const at::Tensor dense = c.leaves.unwritten();
    const BlockTape tape = block_forward(c.block, rows, {}, input(c), true, workspace());
    const BlockGradient gradient =
        block_backward(c.block, rows, tape, padded(c.d_out, 0), given(padded(c.d_down, 0)), wants_input, dense, workspace());
    expect_output(tape, c);
    const auto of_tokens = [&](const at::Tensor& matrix) { return matrix.narrow(0, 0, c.batch.token_count()); };
    if (wants_input) {
      expect_close(of_tokens(gradient.d_residual), c.residual.grad(), block_tolerance(), "the residual's gradient");
      if (kind.updated) expect_close(of_tokens(gradient.d_update), c.update.grad(), block_tolerance(), "the update's gradient");
    }
    EXPECT_EQ(gradient.d_update.defined(), wants_input && kind.updated);
    c.leaves.expect_gradients(dense, block_tolerance());
  }

  double block_tolerance() const { return 3 * tolerance(); }  // roundings of several layers
};

TEST_P(BlockTest, GivesAutogradsOutputAndGradientsOfAllTokens) {
  for (const bool gelu_by_tanh : {false, true}) {
    for (int i = 0; i < 3; ++i) expect_as_reference({.gelu_by_tanh = gelu_by_tanh});
  }
}

TEST_P(BlockTest, GivesAutogradsOutputAndGradientsOfTheLastTokensAlone) {
  for (const bool gelu_by_tanh : {false, true}) {
    for (int i = 0; i < 3; ++i) expect_as_reference({.last_token_only = true, .gelu_by_tanh = gelu_by_tanh});
  }
}

TEST_P(BlockTest, TakesTheResidualStreamAloneAsTheFirstBlock) {
  for (const bool last : {false, true}) expect_as_reference({.last_token_only = last, .updated = false});
}

TEST_P(BlockTest, GivesAutogradsGradientsOfWeightsThatLieTransposed) {
  for (const bool last : {false, true})
    expect_as_reference({.last_token_only = last, .gelu_by_tanh = true, .layers = {.transposed = true}});
}

TEST_P(BlockTest, GivesAutogradsGradientsOfTheAdaptersOfFrozenLayers) {
  for (const bool last : {false, true}) {
    for (const std::int64_t rank : {8, 65}) {
      expect_as_reference({.last_token_only = last, .gelu_by_tanh = true, .layers = {.transposed = true, .trained = false, .rank = rank}});
    }
  }
}

// Of norm1, whose gradient would need the input's, nothing is trained then.
TEST_P(BlockTest, GivesTheAdaptersGradientsWhereNobodyWantsTheInputs) {
  for (const bool last : {false, true}) {
    expect_as_reference({.last_token_only = last, .layers = {.trained = false, .rank = 8}}, false);
  }
}

TEST_P(BlockTest, GivesTheSameOutputWhereNoBackwardPassFollows) {
  for (const bool last : {false, true}) {
    const Workspace::Scope scope(workspace());
    const Case c = random_case({.last_token_only = last});
    const c10::InferenceMode no_autograd;
    const Batch batch = workers_.load(c.batch, {}, 0);
    expect_output(block_forward(c.block, {batch, last}, {}, input(c), false, workspace()), c);
  }
}

INSTANTIATE_TEST_SUITE_P(Block, BlockTest, every_back_end, back_end_name);

}  // namespace
}  // namespace agsweep
