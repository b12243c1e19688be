#include <numeric>  // std::iota

#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "tests/support/small_corpus.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workers/gpt2/random_gpt2.hpp"
#include "workers/train/host_trainer.hpp"
#include "workers/train/make_model.hpp"

namespace agsweep {
namespace {

PackedBatch batch_of(std::uint32_t rows) {
  std::vector<std::uint32_t> indices(rows);
  std::iota(indices.begin(), indices.end(), 0U);
  return pack(testing_support::small_split(rows), indices);
}

struct Shard {
  Gradient gradient;
  std::size_t memory = 0;
};

/// The second of two passes in one workspace, so that it meets memory that holds garbage.
Shard forward_backward(const TrainConfig& config, const PackedBatch& batch, bool activation_checkpointing) {
  const c10::InferenceMode no_autograd;
  SharedWeights shared;
  Workers workers(1);
  const auto model = make_model(config, 4, 8, shared, workers.device());
  Parameters parameters(model->layout(), compute_type(config.precision));
  parameters.assign(model->start_values(config.seed));
  parameters.flat().add_(0.01);  // an adapter's B starts at zero, which would hide A's gradient
  parameters.refresh_compute();
  const DropoutStream stream{.seed = 7, .step = 3, .shard = 1};
  const auto tokens = distinct_tokens(batch.tokens);
  Shard shard;
  for (int pass = 0; pass < 2; ++pass) {
    const Workspace::Scope scope(workers.workspace(0));
    model->forward_backward(
        parameters, workers.load(batch, tokens, 0),
        {.stream = &stream, .label_smoothing = 0.1, .batch_rows = batch.rows(), .activation_checkpointing = activation_checkpointing},
        workers.workspace(0), host_target(shard.gradient, tokens, *model));
  }
  shard.memory = workers.workspace(0).peak();
  return shard;
}

void expect_same_bits(const Gradient& kept, const Gradient& computed_again) {
  EXPECT_EQ(computed_again.loss, kept.loss);
  EXPECT_EQ(computed_again.confusion, kept.confusion);
  EXPECT_EQ(computed_again.dense, kept.dense);
  EXPECT_EQ(computed_again.embedding.rows, kept.embedding.rows);
  EXPECT_EQ(computed_again.embedding.values, kept.embedding.values);
}

class ActivationCheckpointing : public testing::TestWithParam<Precision> {};

TEST_P(ActivationCheckpointing, GivesTheScratchModelTheSameBits) {
  TrainConfig config;
  config.d_model = 32;
  config.ffn = 64;
  config.precision = GetParam();
  const PackedBatch batch = batch_of(20);
  expect_same_bits(forward_backward(config, batch, false).gradient, forward_backward(config, batch, true).gradient);
}

TEST_P(ActivationCheckpointing, GivesAdaptersAndAWholeGpt2TheSameBits) {
  const testing_support::TemporaryFolder folder;
  write_random_gpt2(folder.path(), {.positions = 8, .width = 32, .layers = 3, .heads = 2, .ffn = 64}, 1);
  TrainConfig config;
  config.model = ModelKind::gpt2_lora;
  config.weights = folder.path();
  config.precision = GetParam();
  const PackedBatch batch = batch_of(20);
  for (const bool full : {false, true}) {
    config.full = full;
    expect_same_bits(forward_backward(config, batch, false).gradient, forward_backward(config, batch, true).gradient);
  }
}

TEST_P(ActivationCheckpointing, TakesADeepModelAFractionOfTheMemory) {
  TrainConfig config;
  config.layers = 24;
  config.d_model = 64;
  config.ffn = 256;
  config.precision = GetParam();
  const PackedBatch batch = batch_of(256);
  EXPECT_LT(forward_backward(config, batch, true).memory, forward_backward(config, batch, false).memory / 2);
}

INSTANTIATE_TEST_SUITE_P(Precisions, ActivationCheckpointing, testing::Values(Precision::fp32, Precision::bf16),
                         [](const auto& tested) { return std::string(tested.param == Precision::fp32 ? "fp32" : "bf16"); });

}  // namespace
}  // namespace agsweep
