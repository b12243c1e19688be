#include "workers/optim/optimiser.hpp"
#include "workers/optim/embedding_rows.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/random_floats.hpp"

namespace agsweep {
namespace {

Gradient gradient() {
  Gradient g;
  g.embedding.clear(4);
  for (const std::int32_t row : {2, 700}) {
    g.embedding.append_zero_row(row);
    const auto values = random_floats(4, static_cast<std::uint64_t>(row));
    std::copy(values.begin(), values.end(), g.embedding.last_row());
  }
  const auto dense = random_floats(70000, 3);
  g.dense.assign(dense.begin(), dense.end());
  return g;
}

TEST(GradientNorm, CountsSparseAndDensePartsWhateverTheThreads) {
  const Gradient g = gradient();
  double sum = 0;
  for (const float value : g.embedding.values) sum += static_cast<double>(value) * value;
  for (const float value : g.dense) sum += static_cast<double>(value) * value;
  ThreadPool one(1);
  ThreadPool two(2);
  EXPECT_NEAR(gradient_norm(g, one), std::sqrt(sum), 1e-9);
  EXPECT_EQ(gradient_norm(g, one), gradient_norm(g, two));
}

TEST(ClipFactor, ScalesOnlyWhatIsLongerThanTheLimit) {
  EXPECT_EQ(clip_factor(0.5, 1.0), 1.0);
  EXPECT_NEAR(clip_factor(4.0, 1.0), 0.25, 1e-6);
  EXPECT_EQ(clip_factor(4.0, 0.0), 1.0);  // no clipping
}

TEST(UpdateDense, MovesEachParameterByTheLearningRateInTheFirstStep) {
  const Gradient g = gradient();
  std::vector<float> p(70000, 1.0F), m(70000), v(70000);
  ThreadPool pool(2);
  update_dense(AdamW({.step = 1, .lr = 0.1, .beta1 = 0.9, .weight_decay = 0.5}), g.dense, {p, m, v}, pool, {});
  // Adam's first step has the length of the learning rate, whatever the gradient's.
  for (std::size_t i = 0; i < 70000; i += 997) EXPECT_NEAR(p[i], 0.95 - 0.1 * std::copysign(1.0, g.dense[i]), 1e-4);
}

/// An embedding of 1,000 rows with its moments.
struct Table {
  std::vector<float> p = random_floats(4000, 1), m = std::vector<float>(4000), v = std::vector<float>(4000);
  bool operator==(const Table&) const = default;
};

AdamW step_of(std::int64_t number) {
  return AdamW({.step = number, .lr = 0.01 * static_cast<double>(number), .beta1 = 0.9, .weight_decay = 0.5});
}

RowSparse sparse_gradient(std::int64_t step) {
  RowSparse g;
  g.clear(4);
  for (const std::int32_t row : {2, static_cast<int>(100 * step), 999}) {
    g.append_zero_row(row);
    const auto values = random_floats(4, static_cast<std::uint64_t>(step * 1000 + row));
    std::copy(values.begin(), values.end(), g.last_row());
  }
  return g;
}

TEST(EmbeddingRows, GivesTheBitsOfAPassOverAllRowsInEveryStep) {
  Table put_off, all;
  ThreadPool pool(2);
  EmbeddingRows rows(put_off.p, put_off.m, put_off.v, 4);
  for (std::int64_t step = 1; step <= 5; ++step) {
    const RowSparse g = sparse_gradient(step);
    rows.catch_up(std::vector<std::int32_t>{100, 7, 7, 500}, pool);
    rows.update(step_of(step), g, pool);
    std::vector<float> dense(4000);
    for (std::size_t i = 0; i < g.rows.size(); ++i) std::copy_n(g.row(i).begin(), 4, dense.begin() + g.rows[i] * 4);
    step_of(step).update(dense, all.p, all.m, all.v);
    if (step == 3) rows.catch_up_all(pool);
  }
  rows.catch_up_all(pool);
  EXPECT_EQ(put_off, all);
}

TEST(EmbeddingRows, ShowsARowAsFarAsTheStepsAfterCatchUp) {
  Table table;
  const float start = table.p[28];
  ThreadPool pool(2);
  EmbeddingRows rows(table.p, table.m, table.v, 4);
  rows.update(AdamW({.step = 1, .lr = 0.1, .beta1 = 0.9, .weight_decay = 0.5}), sparse_gradient(1), pool);
  EXPECT_EQ(table.p[28], start);
  rows.catch_up(std::vector<std::int32_t>{7}, pool);
  EXPECT_FLOAT_EQ(table.p[28], 0.95F * start);
}

}  // namespace
}  // namespace agsweep
