#include "workers/kernels/attention.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/support/random_floats.hpp"

namespace agsweep {
namespace {

struct Problem {
  std::int64_t heads;
  std::int64_t head_width;
  std::vector<std::int32_t> query_offsets;
  std::vector<std::int32_t> key_offsets;

  AttentionShape shape() const { return {heads, head_width, query_offsets, key_offsets}; }
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

std::vector<double> doubles(const std::vector<float>& values) { return {values.begin(), values.end()}; }

class Attention : public testing::TestWithParam<Problem> {};

TEST_P(Attention, EqualsItsDefinition) {
  const Problem p = GetParam();
  const auto q = random_floats(p.query_size(), 1);
  const auto k = random_floats(p.key_size(), 2);
  const auto v = random_floats(p.key_size(), 3);
  std::vector<float> out(p.query_size());
  std::vector<float> saved(static_cast<std::size_t>(p.shape().saved_size()));
  AttentionScratch scratch;
  attention_forward(p.shape(), HeadRows<const float>{q.data(), p.width()}, HeadRows<const float>{k.data(), p.width()},
                    HeadRows<const float>{v.data(), p.width()}, HeadRows<float>{out.data(), p.width()}, saved.data(), scratch);
  const auto expected = plain_attention(p, doubles(q), doubles(k), doubles(v));
  for (std::size_t i = 0; i < out.size(); ++i) ASSERT_NEAR(out[i], expected[i], 2e-6) << i;
}

TEST_P(Attention, HasTheGradientOfItsDefinition) {
  const Problem p = GetParam();
  const auto q = random_floats(p.query_size(), 1);
  const auto k = random_floats(p.key_size(), 2);
  const auto v = random_floats(p.key_size(), 3);
  const auto d_out = random_floats(p.query_size(), 4);
  std::vector<float> out(p.query_size());
  std::vector<float> saved(static_cast<std::size_t>(p.shape().saved_size()));
  std::vector<float> d_q(q.size());
  std::vector<float> d_k(k.size());
  std::vector<float> d_v(v.size());
  AttentionScratch scratch;
  const HeadRows<const float> q_rows{q.data(), p.width()};
  const HeadRows<const float> k_rows{k.data(), p.width()};
  const HeadRows<const float> v_rows{v.data(), p.width()};
  attention_forward(p.shape(), q_rows, k_rows, v_rows, HeadRows<float>{out.data(), p.width()}, saved.data(), scratch);
  attention_backward(p.shape(), q_rows, k_rows, v_rows, HeadRows<const float>{d_out.data(), p.width()}, saved.data(),
                     HeadRows<float>{d_q.data(), p.width()}, HeadRows<float>{d_k.data(), p.width()}, HeadRows<float>{d_v.data(), p.width()},
                     scratch);

  // Central differences of sum(out * d_out) at some elements of each input.
  const auto objective = [&](const std::vector<double>& q2, const std::vector<double>& k2, const std::vector<double>& v2) {
    const auto value = plain_attention(p, q2, k2, v2);
    double sum = 0;
    for (std::size_t i = 0; i < value.size(); ++i) sum += value[i] * d_out[i];
    return sum;
  };
  constexpr double h = 1e-5;
  const std::array<const std::vector<float>*, 3> gradients{&d_q, &d_k, &d_v};
  for (std::size_t input = 0; input < 3; ++input) {
    for (std::size_t i = 0; i < gradients[input]->size(); i += 1 + gradients[input]->size() / 23) {
      std::array<std::vector<double>, 3> above{doubles(q), doubles(k), doubles(v)};
      auto below = above;
      above[input][i] += h;
      below[input][i] -= h;
      const double slope = (objective(above[0], above[1], above[2]) - objective(below[0], below[1], below[2])) / (2 * h);
      ASSERT_NEAR((*gradients[input])[i], slope, 1e-5) << "input " << input << ", element " << i;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Attention,
                         testing::Values(Problem{4, 48, {0, 17, 18, 51}, {0, 17, 18, 51}},  // whole sequences, one of a single token
                                         Problem{4, 48, {0, 1, 2, 3}, {0, 17, 18, 51}},     // the last token alone
                                         Problem{3, 5, {0, 7, 23}, {0, 7, 23}},             // a width that fills no register
                                         Problem{1, 2, {0, 2, 3}, {0, 20, 21}}));

/// The kernel's own forward pass, with dropout: sum(out * d_out).
double dropped_objective(const Problem& p, const Dropout& dropout, const std::array<std::vector<float>, 3>& qkv,
                         const std::vector<float>& d_out, std::vector<float>& saved) {
  AttentionShape shape = p.shape();
  shape.dropout = dropout;
  std::vector<float> out(p.query_size());
  saved.resize(static_cast<std::size_t>(shape.saved_size()));
  AttentionScratch scratch;
  attention_forward(shape, HeadRows<const float>{qkv[0].data(), p.width()}, HeadRows<const float>{qkv[1].data(), p.width()},
                    HeadRows<const float>{qkv[2].data(), p.width()}, HeadRows<float>{out.data(), p.width()}, saved.data(), scratch);
  double sum = 0;
  for (std::size_t i = 0; i < out.size(); ++i) sum += static_cast<double>(out[i]) * d_out[i];
  return sum;
}

TEST(AttentionDropout, HasTheGradientOfTheMaskThatItsForwardPassDrew) {
  const Problem p{2, 16, {0, 9, 30}, {0, 9, 30}};
  const Dropout dropout{.p = 0.4F, .seed = 5, .step = 3, .shard = 1, .site = 2};
  const std::array<std::vector<float>, 3> qkv{random_floats(p.query_size(), 1), random_floats(p.key_size(), 2),
                                              random_floats(p.key_size(), 3)};
  const auto d_out = random_floats(p.query_size(), 4);
  std::vector<float> saved;
  dropped_objective(p, dropout, qkv, d_out, saved);
  AttentionShape shape = p.shape();
  shape.dropout = dropout;
  std::array<std::vector<float>, 3> gradients{qkv[0], qkv[1], qkv[2]};
  AttentionScratch scratch;
  attention_backward(shape, HeadRows<const float>{qkv[0].data(), p.width()}, HeadRows<const float>{qkv[1].data(), p.width()},
                     HeadRows<const float>{qkv[2].data(), p.width()}, HeadRows<const float>{d_out.data(), p.width()}, saved.data(),
                     HeadRows<float>{gradients[0].data(), p.width()}, HeadRows<float>{gradients[1].data(), p.width()},
                     HeadRows<float>{gradients[2].data(), p.width()}, scratch);

  constexpr float h = 1e-2F;
  std::vector<float> unused;
  for (std::size_t input = 0; input < 3; ++input) {
    for (std::size_t i = 0; i < qkv[input].size(); i += 1 + qkv[input].size() / 23) {
      auto above = qkv;
      auto below = qkv;
      above[input][i] += h;
      below[input][i] -= h;
      const double slope =
          (dropped_objective(p, dropout, above, d_out, unused) - dropped_objective(p, dropout, below, d_out, unused)) / (2.0 * h);
      ASSERT_NEAR(gradients[input][i], slope, 3e-3) << "input " << input << ", element " << i;
    }
  }
}

TEST(AttentionDropout, LeavesTheMeanOverManyMasksAsItIs) {
  const Problem p{2, 16, {0, 21}, {0, 21}};
  const std::array<std::vector<float>, 3> qkv{random_floats(p.query_size(), 1), random_floats(p.key_size(), 2),
                                              random_floats(p.key_size(), 3)};
  const auto d_out = random_floats(p.query_size(), 4);
  std::vector<float> saved;
  const double whole = dropped_objective(p, {}, qkv, d_out, saved);
  constexpr std::uint32_t masks = 4000;
  double sum = 0;
  double squares = 0;
  for (std::uint32_t step = 1; step <= masks; ++step) {
    const double value = dropped_objective(p, {.p = 0.3F, .seed = 1, .step = step}, qkv, d_out, saved);
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
  std::vector<float> apart(p.query_size());
  std::vector<float> joined(p.query_size());
  std::vector<float> saved(static_cast<std::size_t>(p.shape().saved_size()));
  AttentionScratch scratch;
  attention_forward(p.shape(), HeadRows<const float>{q.data(), 32}, HeadRows<const float>{k.data(), 32},
                    HeadRows<const float>{v.data(), 32}, HeadRows<float>{apart.data(), 32}, saved.data(), scratch);
  attention_forward(p.shape(), HeadRows<const float>{qkv.data(), 96}, HeadRows<const float>{qkv.data() + 32, 96},
                    HeadRows<const float>{qkv.data() + 64, 96}, HeadRows<float>{joined.data(), 32}, saved.data(), scratch);
  EXPECT_EQ(apart, joined);
}

}  // namespace
}  // namespace agsweep
