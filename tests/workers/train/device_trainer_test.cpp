#include "workers/train/device_trainer.hpp"

#include <algorithm>  // std::max
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "tests/support/device_training.hpp"
#include "tests/support/emulated_device.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workers/comm/self_communicator.hpp"
#include "workers/gpt2/random_gpt2.hpp"
#include "workers/model/gpt2_full.hpp"
#include "workers/model/gpt2_lora.hpp"
#include "workers/train/make_model.hpp"  // compute_type

namespace agsweep {
namespace {

using namespace testing_support;
using testing::HasSubstr;

Trained on_host(const TrainConfig& config, const Model& model) {
  SelfCommunicator comm;
  Workers workers(1);
  return train_few_steps(comm, config, model, workers);
}

struct DeviceTrained : Trained {
  int recorded = 0;  // graphs
};

DeviceTrained on_device(const TrainConfig& config, const Model& model) {
  SelfCommunicator comm;
  Workers workers(std::make_unique<EmulatedStream>());
  DeviceTrained trained{train_few_steps(comm, config, model, workers)};
  trained.recorded = static_cast<EmulatedStream*>(workers.stream())->recorded;
  return trained;
}

void expect_near(const Trained& device, const Trained& host, double tolerance) {
  ASSERT_EQ(device.outcomes.size(), host.outcomes.size());
  for (std::size_t i = 0; i < host.outcomes.size(); ++i) {
    EXPECT_EQ(device.outcomes[i].step, host.outcomes[i].step);
    EXPECT_EQ(device.outcomes[i].rows, host.outcomes[i].rows);
    EXPECT_EQ(device.outcomes[i].tokens, host.outcomes[i].tokens);
    EXPECT_EQ(device.outcomes[i].lr, host.outcomes[i].lr);
    EXPECT_NEAR(device.outcomes[i].loss, host.outcomes[i].loss, tolerance * host.outcomes[i].loss) << "step " << i + 1;
    EXPECT_NEAR(device.outcomes[i].grad_norm, host.outcomes[i].grad_norm, tolerance * host.outcomes[i].grad_norm) << "step " << i + 1;
  }
  // Adam makes whole steps of gradients that are zero but for rounding, such as those of the keys' biases.
  EXPECT_LT(relative_distance(device.weights, host.weights), std::max(tolerance, 1e-4));
}

TEST(DeviceTrainer, TrainsTheScratchModelAsTheHostDoes) {
  TrainConfig config = tiny_config();
  config.graphs = GraphsMode::on;
  const auto model = tiny_transformer(config);
  const Trained host = on_host(config, *model);
  const DeviceTrained device = on_device(config, *model);
  expect_near(device, host, 1e-5);
  EXPECT_EQ(device.outcomes[0].confusion, host.outcomes[0].confusion);
  EXPECT_GT(device.recorded, 0) << "a step of sizes that were seen before runs as a graph";
}

TEST(DeviceTrainer, TrainsInBf16AsTheHostDoes) {
  TrainConfig config = tiny_config();
  config.precision = Precision::bf16;
  const auto model = tiny_transformer(config);
  expect_near(on_device(config, *model), on_host(config, *model), 3e-2);
}

TEST(DeviceTrainer, TrainsWithActivationCheckpointingToTheSameBits) {
  TrainConfig config = tiny_config();
  const auto model = tiny_transformer(config);
  const auto kept = on_device(config, *model);
  config.activation_checkpointing = true;
  EXPECT_TRUE(on_device(config, *model).weights.equal(kept.weights));
}

class DeviceGpt2 : public testing::Test {
 protected:
  DeviceGpt2() {
    write_random_gpt2(folder_.path(), {.vocabulary = few_tokens, .positions = 8, .width = 32, .layers = 2, .heads = 2, .ffn = 64}, 1);
  }
  Gpt2Checkpoint checkpoint() const { return Gpt2Checkpoint::read(folder_.path()); }

  TemporaryFolder folder_;
  TrainConfig config_ = tiny_config();
  DropoutRates dropout_{.residual = 0.1, .attention = 0.1, .adapter = 0.2};
};

TEST_F(DeviceGpt2, TrainsAdaptersAsTheHostDoes) {
  const auto base = std::make_shared<const Gpt2Base>(checkpoint(), at::kFloat);
  const LoraConfig lora{.rank = 4, .alpha = 8, .dropout = 0.2, .targets = {"c_attn", "c_proj"}, .rslora = false};
  const Gpt2Lora model(base, lora, dropout_, 4);
  expect_near(on_device(config_, model), on_host(config_, model), 1e-5);
}

TEST_F(DeviceGpt2, TrainsAllWeightsAsTheHostDoes) {
  const Gpt2Full model(checkpoint(), dropout_, 4);
  expect_near(on_device(config_, model), on_host(config_, model), 1e-5);
}

TEST(DeviceTrainer, GivesTheSameBitsWithGraphsAndWithout) {
  TrainConfig config = tiny_config();
  config.graphs = GraphsMode::on;
  const auto model = tiny_transformer(config);
  const DeviceTrained with = on_device(config, *model);
  EXPECT_GT(with.recorded, 0);
  config.graphs = GraphsMode::off;
  const DeviceTrained without = on_device(config, *model);
  EXPECT_EQ(without.recorded, 0);
  EXPECT_TRUE(with.weights.equal(without.weights));
}

TEST(DeviceTrainer, SumsSeveralShardsOverTheHostsTree) {
  TrainConfig config = tiny_config();
  config.shards = 3;
  const auto model = tiny_transformer(config);
  expect_near(on_device(config, *model), on_host(config, *model), 1e-5);
}

TEST(DeviceTrainer, KeepsTheWeightsOfTheStepBeforeANonFiniteLoss) {
  const TrainConfig config = tiny_config();
  const auto model = tiny_transformer(config);
  SelfCommunicator comm;
  Workers workers(std::make_unique<EmulatedStream>());
  const auto trainer = make_trainer(comm, workers, *model, config, 40);
  at::Tensor start = model->start_values(config.seed).clone();
  start[model->layout().dense_begin()] = std::numeric_limits<float>::infinity();
  trainer->settled_parameters().assign(start);
  const Split split = few_token_split(16);
  const std::vector<std::uint32_t> rows = all_rows(split);
  EXPECT_FALSE(trainer->step(split, rows, false).has_value()) << "a step's outcome is read a step late";
  EXPECT_THAT(error_of<TrialFailure>([&] { trainer->step(split, rows, false); }), HasSubstr("not finite at step 1"));
  EXPECT_TRUE(trainer->settled_parameters().flat().equal(start));
}

TEST(DeviceTrainer, GoesOnAfterAStepThatFailed) {
  const TrainConfig config = tiny_config();
  const auto model = tiny_transformer(config);
  SelfCommunicator comm;
  Workers workers(std::make_unique<EmulatedStream>());
  const auto trainer = make_trainer(comm, workers, *model, config, 40);
  trainer->settled_parameters().assign(model->start_values(config.seed));
  const Split split = few_token_split(16);
  const std::vector<std::uint32_t> rows = all_rows(split);
  const auto failure = std::make_exception_ptr(RunTimeError("steps.csv: cannot write"));
  EXPECT_THAT(error_of<RunTimeError>([&] { trainer->step(split, rows, false, failure); }), HasSubstr("steps.csv"));
  trainer->step(split, rows, true);
  const auto outcome = trainer->finish();
  ASSERT_TRUE(outcome.has_value());
  EXPECT_EQ(outcome->step, 1);
  EXPECT_TRUE(outcome->stop);
}

TEST(DeviceEvaluation, GivesTheHostsLogits) {
  const TrainConfig config = tiny_config();
  const auto model = tiny_transformer(config);
  SelfCommunicator comm;
  const Split split = few_token_split(50);
  Parameters parameters(model->layout(), compute_type(config.precision));
  parameters.assign(model->start_values(config.seed));
  const auto evaluated = [&](Workers workers) { return evaluate(comm, workers, *model, parameters, split, all_rows(split), "val", {}); };
  const Evaluation host = evaluated(Workers(1));
  const Evaluation device = evaluated(Workers(std::make_unique<EmulatedStream>()));
  ASSERT_EQ(device.logits.size(), host.logits.size());
  for (std::size_t i = 0; i < host.logits.size(); ++i) ASSERT_NEAR(device.logits[i], host.logits[i], 1e-5);
  EXPECT_NEAR(device.metrics.loss, host.metrics.loss, 1e-6);
}

}  // namespace
}  // namespace agsweep
