#include "workers/reduce/reduce.hpp"

#include <gtest/gtest.h>

#include "tests/support/mpi_session.hpp"
#include "tests/support/random_floats.hpp"

namespace agsweep {
namespace {

constexpr std::int64_t width = 6;

/// Shard s's gradient, from its number alone.
Gradient gradient_of(std::int64_t shard) {
  Gradient gradient;
  gradient.embedding.clear(width);
  for (std::int32_t row = 0; row < 20; ++row) {
    if ((row * 7 + static_cast<std::int32_t>(shard) * 3) % 5 > 1) continue;
    gradient.embedding.append_zero_row(row);
    const auto values = random_floats(width, static_cast<std::uint64_t>(shard * 100 + row));
    std::copy(values.begin(), values.end(), gradient.embedding.last_row());
  }
  const auto dense = random_floats(1000, static_cast<std::uint64_t>(shard) + 5000);
  gradient.dense.assign(dense.begin(), dense.end());
  gradient.loss = 0.1 * static_cast<double>(shard) + 1.0 / 3;
  gradient.confusion = {shard, 1, 2, 3};
  return gradient;
}

std::vector<Gradient> gradients_of(ShardRange range) {
  std::vector<Gradient> gradients;
  for (std::int64_t shard = range.first; shard < range.last; ++shard) gradients.push_back(gradient_of(shard));
  return gradients;
}

/// Adds over the tree as its definition says, on one rank.
Gradient sum_of(std::int64_t first, std::int64_t last) {
  if (last - first == 1) return gradient_of(first);
  const std::int64_t middle = first + (last - first + 1) / 2;
  const Gradient left = sum_of(first, middle);
  const Gradient right = sum_of(middle, last);
  Gradient sum = left;
  for (std::size_t i = 0; i < sum.dense.size(); ++i) sum.dense[i] += right.dense[i];
  for (std::size_t i = 0; i < sum.confusion.size(); ++i) sum.confusion[i] += right.confusion[i];
  sum.loss += right.loss;
  sum.embedding.clear(width);
  for (std::int32_t row = 0; row < 20; ++row) {
    bool appended = false;
    for (const Gradient* part : {&left, &right}) {
      const auto found = std::find(part->embedding.rows.begin(), part->embedding.rows.end(), row);
      if (found == part->embedding.rows.end()) continue;
      if (!appended) sum.embedding.append_zero_row(row);
      appended = true;
      const auto values = part->embedding.row(static_cast<std::size_t>(found - part->embedding.rows.begin()));
      for (std::size_t i = 0; i < width; ++i) sum.embedding.last_row()[i] += values[i];
    }
  }
  return sum;
}

void expect_same_bits(const Gradient& a, const Gradient& b) {
  EXPECT_EQ(a.dense, b.dense);
  EXPECT_EQ(a.embedding.rows, b.embedding.rows);
  EXPECT_EQ(a.embedding.values, b.embedding.values);
  EXPECT_EQ(a.loss, b.loss);
  EXPECT_EQ(a.confusion, b.confusion);
}

TEST(TreeSum, GivesTheBitsOfTheTreeWhateverTheRanksAndThreads) {
  const auto comm = testing_support::test_session().world(20);
  for (const std::int64_t shards : {4, 5, 7, 8, 12}) {
    for (const int threads : {1, 2}) {
      ThreadPool pool(threads);
      auto own = gradients_of(shards_of(comm->rank(), comm->size(), shards));
      EXPECT_EQ(tree_sum(*comm, own, shards, StepStatus::go_on, pool), StepStatus::go_on);
      expect_same_bits(own[0], sum_of(0, shards));
    }
  }
}

TEST(TreeSum, TellsEveryRankTheLargestStatus) {
  const auto comm = testing_support::test_session().world(20);
  ThreadPool pool(1);
  for (const std::int64_t shards : {4, 7}) {
    for (int failing = 0; failing < comm->size(); ++failing) {
      auto own = gradients_of(shards_of(comm->rank(), comm->size(), shards));
      const StepStatus mine = comm->rank() == failing ? StepStatus::failed : StepStatus::stop;
      EXPECT_EQ(tree_sum(*comm, own, shards, mine, pool), StepStatus::failed);
    }
  }
}

TEST(AllReduceSum, GivesTheSameSumToRounding) {
  const auto comm = testing_support::test_session().world(20);
  ThreadPool pool(1);
  auto own = gradients_of(shards_of(comm->rank(), comm->size(), 8));
  EXPECT_EQ(all_reduce_sum(*comm, own, 20, StepStatus::stop, pool), StepStatus::stop);
  const Gradient expected = sum_of(0, 8);
  EXPECT_EQ(own[0].embedding.rows, expected.embedding.rows);
  EXPECT_EQ(own[0].confusion, expected.confusion);
  EXPECT_NEAR(own[0].loss, expected.loss, 1e-12);
  for (std::size_t i = 0; i < expected.dense.size(); ++i) ASSERT_NEAR(own[0].dense[i], expected.dense[i], 1e-5);
  for (std::size_t i = 0; i < expected.embedding.values.size(); ++i) {
    ASSERT_NEAR(own[0].embedding.values[i], expected.embedding.values[i], 1e-5);
  }
}

}  // namespace
}  // namespace agsweep
