#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/device_training.hpp"
#include "tests/support/emulated_device.hpp"
#include "tests/support/emulated_group.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/mpi_session.hpp"
#include "workers/comm/self_communicator.hpp"

namespace agsweep {
namespace {

using namespace testing_support;
using testing::HasSubstr;

TrainConfig sharded_config(Reduction reduction) {
  TrainConfig config = tiny_config();
  config.layers = 1;
  config.shards = 4;
  config.reduction = reduction;
  return config;
}

Trained alone(const TrainConfig& config, const Model& model) {
  SelfCommunicator comm;
  Workers workers(std::make_unique<EmulatedStream>());
  return train_few_steps(comm, config, model, workers);
}

Trained on_all_ranks(const TrainConfig& config, const Model& model) {
  const auto comm = test_session().world(20);
  EmulatedGroup group(*comm);
  Workers workers(std::make_unique<EmulatedStream>());
  return train_few_steps(*comm, config, model, workers, comm->size() > 1 ? &group : nullptr);
}

TEST(DeviceRanks, GiveTheBitsOfOneRankInTreeMode) {
  const TrainConfig config = sharded_config(Reduction::tree);
  const auto model = tiny_transformer(config);
  const Trained ranks = on_all_ranks(config, *model);
  const Trained one = alone(config, *model);
  EXPECT_TRUE(ranks.weights.equal(one.weights));
  for (std::size_t i = 0; i < one.outcomes.size(); ++i) {
    EXPECT_EQ(ranks.outcomes[i].loss, one.outcomes[i].loss);
    EXPECT_EQ(ranks.outcomes[i].confusion, one.outcomes[i].confusion);
  }
}

TEST(DeviceRanks, SumToTheSameButForRoundingByAllReduce) {
  const TrainConfig config = sharded_config(Reduction::allreduce);
  const auto model = tiny_transformer(config);
  EXPECT_LT(relative_distance(on_all_ranks(config, *model).weights, alone(config, *model).weights), 1e-5);
}

TEST(DeviceRanks, LeaveAStepTogetherWithTheReasonWhenOneFails) {
  const TrainConfig config = sharded_config(Reduction::tree);
  const auto model = tiny_transformer(config);
  const auto comm = test_session().world(20);
  EmulatedGroup group(*comm);
  Workers workers(std::make_unique<EmulatedStream>());
  const auto trainer = make_trainer(*comm, workers, *model, config, 40, comm->size() > 1 ? &group : nullptr);
  trainer->settled_parameters().assign(model->start_values(config.seed));
  const Split split = few_token_split(16);
  const std::vector<std::uint32_t> rows = all_rows(split);
  const bool fails = comm->rank() == comm->size() - 1;
  const auto failure = fails ? std::make_exception_ptr(RunTimeError("steps.csv: cannot write")) : nullptr;
  EXPECT_THAT(error_of<RunTimeError>([&] { trainer->step(split, rows, false, failure); }), HasSubstr("steps.csv: cannot write"));
  trainer->step(split, rows, fails);
  EXPECT_TRUE(trainer->finish()->stop) << "every rank hears that one was asked to stop";
}

}  // namespace
}  // namespace agsweep
