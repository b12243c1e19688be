#include "workers/train/trainer.hpp"
#include "workers/train/make_model.hpp"

#include <sys/resource.h>

#include <fstream>
#include <limits>
#include <numeric>  // std::iota

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/mpi_session.hpp"
#include "tests/support/small_corpus.hpp"
#include "workers/train/evaluate.hpp"  // all_rows

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;
using testing_support::test_session;

TrainConfig small_config() {
  TrainConfig config;
  config.layers = 1;
  config.d_model = 16;
  config.heads = 2;
  config.ffn = 32;
  config.shards = 8;
  return config;
}

/// A trainer of a small model over all ranks, and a batch for it.
struct Training {
  explicit Training(const TrainConfig& wanted) : config(wanted) {
    trainer->settled_parameters().assign(model->start_values(config.seed));
    std::iota(rows.begin(), rows.end(), 0U);
  }
  StepOutcome step(const std::exception_ptr& failure = nullptr) { return trainer->step(split, rows, false, failure).value(); }

  TrainConfig config;
  std::unique_ptr<Communicator> comm = test_session().world(10);
  SharedWeights shared;
  Workers workers{config.threads};
  std::unique_ptr<const Model> model = make_model(config, 4, 128, shared, workers.device());
  std::unique_ptr<Trainer> trainer = make_trainer(*comm, workers, *model, config, 100);
  Split split = testing_support::small_split(64);
  std::vector<std::uint32_t> rows = std::vector<std::uint32_t>(64);
};

/// A split of `rows` rows of 128 tokens each.
Split long_rows(std::uint32_t rows) {
  Split split;
  split.offsets.push_back(0);
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint16_t i = 0; i < 128; ++i) split.tokens.push_back(i);
    split.offsets.push_back(split.tokens.size());
    split.labels.push_back(static_cast<std::uint8_t>(row % 4));
    split.source_rows.push_back(row);
  }
  return split;
}

/// Lets this process have `room` bytes more than it has now.
class MemoryLimit {
 public:
  explicit MemoryLimit(rlim_t room) {
    ::getrlimit(RLIMIT_AS, &before_);
    std::size_t pages = 0;
    std::ifstream("/proc/self/statm") >> pages;
    const rlimit limit{.rlim_cur = pages * 4096 + room, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_AS, &limit);
  }
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;
  ~MemoryLimit() { ::setrlimit(RLIMIT_AS, &before_); }

 private:
  rlimit before_{};
};

TEST(Trainer, LeavesAStepTogetherWithTheReasonWhenOneRankFails) {
  Training training(small_config());
  const int last = training.comm->size() - 1;
  const auto failure = training.comm->rank() == last ? std::make_exception_ptr(RunTimeError("steps.csv: cannot write")) : nullptr;
  const std::string message = error_of<RunTimeError>([&] { training.step(failure); });
  EXPECT_THAT(message, HasSubstr("steps.csv: cannot write"));
  if (last > 0) {
    EXPECT_THAT(message, HasSubstr("rank " + std::to_string(last)));
  }
  EXPECT_EQ(training.step().confusion.size(), 16U) << "the group goes on after a failed step";
}

TEST(Trainer, LeavesAStepTogetherWhenAShardRunsOutOfMemory) {
  TrainConfig config = small_config();
  config.layers = 2;  // the last one works on last tokens alone
  config.ffn = 4096;
  Training training(config);
  training.split = long_rows(512);
  training.rows = all_rows(training.split);
  std::string message;
  try {
    // A shard asks for hundreds of MB of activations, more than workspaces before have left. 48 MB are enough for the gradients' sum, in
    // which this rank still takes part, with what MPI keeps of messages that come early.
    const auto limit = training.comm->rank() == 0 ? std::make_unique<MemoryLimit>(48 << 20) : nullptr;
    training.step();
  } catch (const std::exception& error) {
    message = error.what();
  }
  EXPECT_THAT(message, HasSubstr("bad_alloc"));
  if (training.comm->size() > 1) {
    EXPECT_THAT(message, HasSubstr("rank 0"));
  }
}

TEST(Trainer, EndsTheTrialOnEveryRankWhenTheLossIsNotFinite) {
  Training training(small_config());
  training.trainer->settled_parameters().flat().fill_(std::numeric_limits<float>::infinity());
  EXPECT_THAT(error_of<TrialFailure>([&] { training.step(); }), HasSubstr("is not finite at step 1"));
}

TEST(Trainer, TellsEveryRankThatOneWasAskedToStop) {
  Training training(small_config());
  const bool asked = training.comm->rank() == training.comm->size() - 1;
  EXPECT_TRUE(training.trainer->step(training.split, training.rows, asked)->stop);
  EXPECT_FALSE(training.step().stop);
}

TEST(Trainer, HasTheLossOfAllRowsWhateverTheReduction) {
  TrainConfig config = small_config();
  const StepOutcome tree = Training(config).step();
  config.reduction = Reduction::allreduce;
  const StepOutcome all_reduce = Training(config).step();
  EXPECT_NEAR(all_reduce.loss, tree.loss, 1e-6);
  EXPECT_NEAR(all_reduce.grad_norm, tree.grad_norm, 1e-5);
  EXPECT_EQ(std::accumulate(tree.confusion.begin(), tree.confusion.end(), std::int64_t{0}), 64);
}

TEST(Trainer, TakesABatchWithFewerRowsThanShards) {
  Training training(small_config());
  training.rows.resize(3);
  const StepOutcome outcome = training.step();
  EXPECT_EQ(std::accumulate(outcome.confusion.begin(), outcome.confusion.end(), std::int64_t{0}), 3);
}

}  // namespace
}  // namespace agsweep
