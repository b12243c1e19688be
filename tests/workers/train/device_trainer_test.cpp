#include "workers/train/device_trainer.hpp"

#include <algorithm>  // std::max
#include <cmath>      // std::abs
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/emulated_device.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/small_corpus.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workers/comm/self_communicator.hpp"
#include "workers/gpt2/random_gpt2.hpp"
#include "workers/train/evaluate.hpp"
#include "workers/train/make_model.hpp"

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing_support::error_of;

TrainConfig scratch_config() {
  TrainConfig config;
  config.layers = 2;
  config.d_model = 32;
  config.heads = 2;
  config.ffn = 64;
  config.warmup_steps = 4;
  config.shards = 1;
  config.lr = 1e-3;
  return config;
}

struct Trained {
  std::vector<StepOutcome> outcomes;
  at::Tensor weights;
  int recorded = 0;
};

/// Six steps over batches of different sizes.
Trained train(const TrainConfig& config, std::unique_ptr<Workers> workers) {
  SelfCommunicator comm;
  SharedWeights shared;
  const auto model = make_model(config, 4, 8, shared, workers->device());
  const auto trainer = make_trainer(comm, *workers, *model, config, 40);
  trainer->settled_parameters().assign(model->start_values(config.seed));
  const Split split = testing_support::small_split(64);
  const std::vector<std::uint32_t> rows = all_rows(split);
  Trained trained;
  const auto keep = [&](std::optional<StepOutcome> outcome) {
    if (outcome) trained.outcomes.push_back(std::move(*outcome));
  };
  for (const std::size_t first : {0, 16, 32, 48, 0, 8}) {
    keep(trainer->step(split, std::span(rows).subspan(first, first == 48 ? 7 : 16), false));
  }
  while (auto outcome = trainer->finish()) keep(std::move(outcome));
  trained.weights = trainer->settled_parameters().flat().clone();
  if (workers->stream() != nullptr) trained.recorded = static_cast<EmulatedStream*>(workers->stream())->recorded;
  return trained;
}

Trained on_host(const TrainConfig& config) { return train(config, std::make_unique<Workers>(1)); }
Trained on_device(const TrainConfig& config) { return train(config, std::make_unique<Workers>(std::make_unique<EmulatedStream>())); }

void expect_equal(const Trained& device, const Trained& host, double tolerance) {
  ASSERT_EQ(device.outcomes.size(), host.outcomes.size());
  for (std::size_t i = 0; i < host.outcomes.size(); ++i) {
    EXPECT_EQ(device.outcomes[i].step, host.outcomes[i].step);
    EXPECT_EQ(device.outcomes[i].rows, host.outcomes[i].rows);
    EXPECT_EQ(device.outcomes[i].tokens, host.outcomes[i].tokens);
    EXPECT_EQ(device.outcomes[i].lr, host.outcomes[i].lr);
    EXPECT_NEAR(device.outcomes[i].loss, host.outcomes[i].loss, tolerance * host.outcomes[i].loss) << "step " << i + 1;
    EXPECT_NEAR(device.outcomes[i].grad_norm, host.outcomes[i].grad_norm, tolerance * host.outcomes[i].grad_norm) << "step " << i + 1;
  }
  const double difference = (device.weights - host.weights).norm().item<double>() / host.weights.norm().item<double>();
  EXPECT_LT(difference, tolerance);
}

TEST(DeviceTrainer, TrainsTheScratchModelAsTheHostDoes) {
  const TrainConfig config = scratch_config();
  const Trained host = on_host(config);
  const Trained device = on_device(config);
  expect_equal(device, host, 1e-5);
  EXPECT_EQ(device.outcomes[0].confusion, host.outcomes[0].confusion);
  EXPECT_GT(device.recorded, 0) << "steps of a size that was seen before run as graphs";
}

TEST(DeviceTrainer, TrainsInBf16AsTheHostDoes) {
  TrainConfig config = scratch_config();
  config.precision = Precision::bf16;
  expect_equal(on_device(config), on_host(config), 3e-2);
}

TEST(DeviceTrainer, TrainsAdaptersAndAWholeGpt2AsTheHostDoes) {
  const testing_support::TemporaryFolder folder;
  write_random_gpt2(folder.path(), {.positions = 8, .width = 32, .layers = 2, .heads = 2, .ffn = 64}, 1);
  TrainConfig config = scratch_config();
  config.model = ModelKind::gpt2_lora;
  config.weights = folder.path();
  for (const bool full : {false, true}) {
    config.full = full;
    expect_equal(on_device(config), on_host(config), 2e-5);
  }
}

TEST(DeviceTrainer, GivesTheSameBitsWithGraphsAndWithout) {
  TrainConfig config = scratch_config();
  const Trained with = on_device(config);
  config.graphs = GraphsMode::off;
  const Trained without = on_device(config);
  EXPECT_EQ(without.recorded, 0);
  EXPECT_TRUE(with.weights.equal(without.weights));
}

TEST(DeviceTrainer, SumsSeveralShardsOverTheHostsTree) {
  TrainConfig config = scratch_config();
  config.shards = 3;
  expect_equal(on_device(config), on_host(config), 1e-5);
}

TEST(DeviceTrainer, KeepsTheWeightsOfTheStepBeforeANonFiniteLoss) {
  const TrainConfig config = scratch_config();
  SelfCommunicator comm;
  SharedWeights shared;
  Workers workers(std::make_unique<EmulatedStream>());
  const auto model = make_model(config, 4, 8, shared, workers.device());
  const auto trainer = make_trainer(comm, workers, *model, config, 40);
  at::Tensor start = model->start_values(config.seed).clone();
  start[model->layout().dense_begin()] = std::numeric_limits<float>::infinity();
  trainer->settled_parameters().assign(start);
  const Split split = testing_support::small_split(16);
  const std::vector<std::uint32_t> rows = all_rows(split);
  EXPECT_FALSE(trainer->step(split, rows, false).has_value());
  EXPECT_THAT(error_of<TrialFailure>([&] { trainer->step(split, rows, false); }), HasSubstr("not finite at step 1"));
  EXPECT_TRUE(trainer->settled_parameters().flat().equal(start));
}

TEST(DeviceEvaluation, GivesTheHostsLogits) {
  const TrainConfig config = scratch_config();
  SelfCommunicator comm;
  SharedWeights shared;
  const Split split = testing_support::small_split(50);
  const auto logits = [&](Workers workers) {
    const auto model = make_model(config, 4, 8, shared, workers.device());
    Parameters parameters(model->layout(), config.precision, workers.device());
    parameters.assign(model->start_values(config.seed));
    return evaluate(comm, workers, *model, parameters, split, all_rows(split), "val", {});
  };
  const Evaluation host = logits(Workers(1));
  const Evaluation device = logits(Workers(std::make_unique<EmulatedStream>()));
  ASSERT_EQ(device.logits.size(), host.logits.size());
  for (std::size_t i = 0; i < host.logits.size(); ++i) ASSERT_NEAR(device.logits[i], host.logits[i], 1e-5);
  EXPECT_NEAR(device.metrics.loss, host.metrics.loss, 1e-6);
}

}  // namespace
}  // namespace agsweep
