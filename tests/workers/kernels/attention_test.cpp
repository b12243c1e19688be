#include <gtest/gtest.h>

#include <algorithm>  // std::max
#include <array>
#include <cmath>

#include "tests/support/random_floats.hpp"
#include "workers/kernels/cpu/cpu_kernels.hpp"

namespace agsweep {
namespace {

struct Problem {
  std::int64_t heads;
  std::int64_t head_width;
  std::vector<std::int32_t> query_offsets;
  std::vector<std::int32_t> key_offsets;

  AttentionShape shape() const { return {heads, head_width, sequences(query_offsets), sequences(key_offsets)}; }
  static Sequences sequences(const std::vector<std::int32_t>& offsets) {
    Sequences sequences{.offsets = offsets, .rows = offsets.back()};
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i)
      sequences.longest = std::max<std::int64_t>(sequences.longest, offsets[i + 1] - offsets[i]);
    return sequences;
  }
  std::int64_t width() const { return heads * head_width; }
  std::size_t query_size() const { return static_cast<std::size_t>(query_offsets.back() * width()); }
  std::size_t key_size() const { return static_cast<std::size_t>(key_offsets.back() * width()); }
};

/// The definition, in double: probabilities and output of each query.
std::vector<double> plain_attention(const Problem& p, const std::vector<double>& q, const std::vector<double>& k,
                                    const std::vector<double>& v) {
  std::vector<double> out(q.size());
  for (std::size_t s = 0; s + 1 < p.key_offsets.size(); ++s) {
    const std::int64_t keys = p.key_offsets[s + 1] - p.key_offsets[s];
    const std::int64_t queries = p.query_offsets[s + 1] - p.query_offsets[s];
    for (std::int64_t head = 0; head < p.heads; ++head) {
      const auto at = [&](std::int64_t row, std::int64_t i) { return static_cast<std::size_t>(row * p.width() + head * p.head_width + i); };
      for (std::int64_t query = 0; query < queries; ++query) {
        std::vector<double> weights;
        double sum = 0;
        for (std::int64_t key = 0; key <= keys - queries + query; ++key) {
          double score = 0;
          for (std::int64_t i = 0; i < p.head_width; ++i) score += q[at(p.query_offsets[s] + query, i)] * k[at(p.key_offsets[s] + key, i)];
          weights.push_back(std::exp(score / std::sqrt(static_cast<double>(p.head_width))));
          sum += weights.back();
        }
        for (std::size_t key = 0; key < weights.size(); ++key) {
          for (std::int64_t i = 0; i < p.head_width; ++i) {
            out[at(p.query_offsets[s] + query, i)] += weights[key] / sum * v[at(p.key_offsets[s] + static_cast<std::int64_t>(key), i)];
          }
        }
      }
    }
  }
  return out;
}

/// Inputs, output and what the forward pass saves, each a matrix of its own.
struct Pass {
  Pass(const AttentionShape& wanted, const std::array<std::vector<float>, 3>& inputs)
      : shape(wanted), qkv(inputs), out(inputs[0].size()), saved(static_cast<std::size_t>(kernels.attention_saved_size(wanted))) {
    kernels.attention_forward(AttentionForward<float>{.shape = shape,
                                                      .q = rows(qkv[0]),
                                                      .k = rows(qkv[1]),
                                                      .v = rows(qkv[2]),
                                                      .out = {out.data(), shape.width()},
                                                      .saved = saved.data()});
  }
  std::array<std::vector<float>, 3> backward(const std::vector<float>& d_out) {
    std::array<std::vector<float>, 3> d{qkv[0], qkv[1], qkv[2]};
    kernels.attention_backward(AttentionBackward<float>{.shape = shape,
                                                        .q = rows(qkv[0]),
                                                        .k = rows(qkv[1]),
                                                        .v = rows(qkv[2]),
                                                        .out = rows(out),
                                                        .d_out = rows(d_out),
                                                        .saved = saved.data(),
                                                        .d_q = {d[0].data(), shape.width()},
                                                        .d_k = {d[1].data(), shape.width()},
                                                        .d_v = {d[2].data(), shape.width()}});
    return d;
  }
  HeadRows<const float> rows(const std::vector<float>& matrix) const { return {matrix.data(), shape.width()}; }

  AttentionShape shape;
  std::array<std::vector<float>, 3> qkv;
  std::vector<float> out;
  CpuKernels kernels;
  std::vector<float> saved;
};

std::vector<double> doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

class Attention : public testing::TestWithParam<Problem> {};

std::array<std::vector<float>, 3> random_inputs(const Problem& p) {
  return {random_floats(p.query_size(), 1), random_floats(p.key_size(), 2), random_floats(p.key_size(), 3)};
}

TEST_P(Attention, EqualsItsDefinition) {
  const Problem& p = GetParam();
  const Pass pass(p.shape(), random_inputs(p));
  const auto expected = plain_attention(p, doubles(pass.qkv[0]), doubles(pass.qkv[1]), doubles(pass.qkv[2]));
  for (std::size_t i = 0; i < pass.out.size(); ++i) ASSERT_NEAR(pass.out[i], expected[i], 2e-6) << i;
}

TEST_P(Attention, HasTheGradientOfItsDefinition) {
  const Problem& p = GetParam();
  const auto d_out = random_floats(p.query_size(), 4);
  Pass pass(p.shape(), random_inputs(p));
  const auto gradients = pass.backward(d_out);
  const auto& [q, k, v] = pass.qkv;

  // Central differences of sum(out * d_out) at some elements of each input.
  const auto objective = [&](const std::vector<double>& q2, const std::vector<double>& k2, const std::vector<double>& v2) {
    const auto value = plain_attention(p, q2, k2, v2);
    double sum = 0;
    for (std::size_t i = 0; i < value.size(); ++i) sum += value[i] * d_out[i];
    return sum;
  };
  constexpr double h = 1e-5;
  for (std::size_t input = 0; input < 3; ++input) {
    for (std::size_t i = 0; i < gradients[input].size(); i += 1 + gradients[input].size() / 23) {
      std::array<std::vector<double>, 3> above{doubles(q), doubles(k), doubles(v)};
      auto below = above;
      above[input][i] += h;
      below[input][i] -= h;
      const double slope = (objective(above[0], above[1], above[2]) - objective(below[0], below[1], below[2])) / (2 * h);
      ASSERT_NEAR(gradients[input][i], slope, 1e-5) << "input " << input << ", element " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Attention,
                         testing::Values(Problem{4, 48, {0, 17, 18, 51}, {0, 17, 18, 51}},  // whole sequences, one of a single token
                                         Problem{4, 48, {0, 1, 2, 3}, {0, 17, 18, 51}},     // the last token alone
                                         Problem{3, 5, {0, 7, 23}, {0, 7, 23}},             // a width that fills no register
                                         Problem{1, 2, {0, 2, 3}, {0, 20, 21}}));

AttentionShape dropped(const Problem& p, const Dropout& dropout) {
  AttentionShape shape = p.shape();
  shape.dropout = dropout;
  return shape;
}

/// The kernel's own forward pass: sum(out * d_out).
double objective_of(const AttentionShape& shape, const std::array<std::vector<float>, 3>& qkv, const std::vector<float>& d_out) {
  const Pass pass(shape, qkv);
  double sum = 0;
  for (std::size_t i = 0; i < d_out.size(); ++i) sum += static_cast<double>(pass.out[i]) * d_out[i];
  return sum;
}

TEST(AttentionDropout, HasTheGradientOfTheMaskThatItsForwardPassDrew) {
  const Problem p{2, 16, {0, 9, 30}, {0, 9, 30}};
  const DropoutStream stream{.seed = 5, .step = 3, .shard = 1};
  const AttentionShape shape = dropped(p, {.p = 0.4F, .site = 2, .stream = &stream});
  const auto qkv = random_inputs(p);
  const auto d_out = random_floats(p.query_size(), 4);
  const auto gradients = Pass(shape, qkv).backward(d_out);

  constexpr float h = 1e-2F;
  for (std::size_t input = 0; input < 3; ++input) {
    for (std::size_t i = 0; i < qkv[input].size(); i += 1 + qkv[input].size() / 23) {
      auto above = qkv;
      auto below = qkv;
      above[input][i] += h;
      below[input][i] -= h;
      const double slope = (objective_of(shape, above, d_out) - objective_of(shape, below, d_out)) / (2.0 * h);
      ASSERT_NEAR(gradients[input][i], slope, 3e-3) << "input " << input << ", element " << i;
    }
  }
}

TEST(AttentionDropout, LeavesTheMeanOverManyMasksAsItIs) {
  const Problem p{2, 16, {0, 21}, {0, 21}};
  const auto qkv = random_inputs(p);
  const auto d_out = random_floats(p.query_size(), 4);
  const double whole = objective_of(p.shape(), qkv, d_out);
  constexpr std::uint32_t masks = 4000;
  double sum = 0;
  double squares = 0;
  for (std::uint32_t step = 1; step <= masks; ++step) {
    const DropoutStream stream{.seed = 1, .step = step};
    const double value = objective_of(dropped(p, {.p = 0.3F, .stream = &stream}), qkv, d_out);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / masks;
  const double error = std::sqrt((squares / masks - mean * mean) / masks);
  EXPECT_GT(error, 0.0);
  EXPECT_NEAR(mean, whole, 4 * error);
}

TEST(Attention, ReadsAndWritesColumnsOfOneMatrix) {
  const Problem p{2, 16, {0, 9}, {0, 9}};
  const auto qkv = random_floats(9 * 96, 1);
  std::vector<float> q;
  std::vector<float> k;
  std::vector<float> v;
  for (std::size_t row = 0; row < 9; ++row) {
    const float* begin = qkv.data() + row * 96;
    q.insert(q.end(), begin, begin + 32);
    k.insert(k.end(), begin + 32, begin + 64);
    v.insert(v.end(), begin + 64, begin + 96);
  }
  Pass apart(p.shape(), {q, k, v});
  std::vector<float> joined(p.query_size());
  apart.kernels.attention_forward(AttentionForward<float>{.shape = p.shape(),
                                                          .q = {qkv.data(), 96},
                                                          .k = {qkv.data() + 32, 96},
                                                          .v = {qkv.data() + 64, 96},
                                                          .out = {joined.data(), 32},
                                                          .saved = apart.saved.data()});
  EXPECT_EQ(apart.out, joined);
}

TEST(Attention, LeavesZerosBehindTheLastSequence) {
  const Problem p{2, 16, {0, 9}, {0, 9}};
  AttentionShape shape = p.shape();
  shape.queries.rows = shape.keys.rows = 12;
  Pass pass(shape, {random_floats(12 * 32, 1), random_floats(12 * 32, 2), random_floats(12 * 32, 3)});
  const auto gradients = pass.backward(random_floats(12 * 32, 4));
  for (const auto& matrix : {pass.out, gradients[0], gradients[1], gradients[2]}) {
    EXPECT_TRUE(std::all_of(matrix.begin() + 9 * 32, matrix.end(), [](float x) { return x == 0; }));
  }
}

}  // namespace
}  // namespace agsweep
