// On a GPU: the library that the program opens, its streams, graphs and NCCL, and whole steps beside the CPU's.
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/device_training.hpp"
#include "workers/comm/self_communicator.hpp"
#include "workers/device/compute_place.hpp"
#include "workers/device/open_platform.hpp"

namespace agsweep {
namespace {

using namespace testing_support;

constexpr double patience = 60;  // seconds

class GpuPlatform : public testing::Test {
 protected:
  void SetUp() override {
    const OpenedPlatform opened = open_platform();
    ASSERT_NE(opened.platform, nullptr) << opened.reason;
    place_ = {.platform = opened.platform, .device = 0};
  }

  Trained on_device(const TrainConfig& config) const {
    SelfCommunicator comm;
    const auto workers = place_.make_workers(1, patience);
    const auto model = tiny_transformer(config, workers->device());
    Trained trained = train_few_steps(comm, config, *model, *workers);
    trained.weights = trained.weights.cpu();
    return trained;
  }
  static Trained on_host(const TrainConfig& config) {
    SelfCommunicator comm;
    Workers workers(1);
    return train_few_steps(comm, config, *tiny_transformer(config), workers);
  }

  ComputePlace place_;
};

TEST_F(GpuPlatform, NamesItsDeviceAndVersions) {
  const DeviceFacts facts = place_.platform->facts(0);
  EXPECT_FALSE(facts.name.empty());
  EXPECT_GE(facts.capability, 80);
  EXPECT_EQ(place_.platform->versions().size(), 3U);
}

TEST_F(GpuPlatform, TrainsInFp32AsTheCpuDoes) {
  const TrainConfig config = tiny_config();
  const Trained device = on_device(config);
  const Trained host = on_host(config);
  for (std::size_t i = 0; i < host.outcomes.size(); ++i) {
    EXPECT_NEAR(device.outcomes[i].loss, host.outcomes[i].loss, 1e-5 * host.outcomes[i].loss);
    EXPECT_NEAR(device.outcomes[i].grad_norm, host.outcomes[i].grad_norm, 1e-5 * host.outcomes[i].grad_norm);
  }
  EXPECT_LT(relative_distance(device.weights, host.weights), 1e-4);
}

TEST_F(GpuPlatform, TrainsInBf16WithinItsRounding) {
  TrainConfig config = tiny_config();
  config.precision = Precision::bf16;
  EXPECT_LT(relative_distance(on_device(config).weights, on_host(config).weights), 1e-2);
}

TEST_F(GpuPlatform, GivesTheSameBitsTwiceAndWithoutGraphs) {
  TrainConfig config = tiny_config();
  config.precision = Precision::bf16;
  config.shards = 3;
  config.graphs = GraphsMode::on;
  const Trained once = on_device(config);
  EXPECT_TRUE(on_device(config).weights.equal(once.weights));
  config.graphs = GraphsMode::off;
  EXPECT_TRUE(on_device(config).weights.equal(once.weights));
}

TEST_F(GpuPlatform, SumsByNcclInAWorldOfOne) {
  const auto stream = place_.platform->make_stream(0, patience);
  stream->enter();
  const auto group = place_.platform->connect(*stream, place_.platform->new_group(), 0, 1, 60, {});
  at::Tensor values = at::full({1 << 20}, 3.0F, at::TensorOptions(at::kFloat).device(stream->device()));
  group->all_reduce_sum(static_cast<float*>(values.data_ptr()), values.numel());
  stream->mark(0);
  while (!stream->reached(0)) group->check();
  EXPECT_TRUE(values.cpu().equal(at::full({1 << 20}, 3.0F)));
}

TEST_F(GpuPlatform, SaysHowManyBytesWereWantedWhereMemoryDoesNotSuffice) {
  const auto workers = place_.make_workers(1, patience);
  const auto total = static_cast<std::size_t>(place_.platform->facts(0).memory);
  EXPECT_THROW(workers->workspace(0).take(2 * total), TrialFailure);
}

}  // namespace
}  // namespace agsweep
