#pragma once

#include <memory>
#include <vector>

#include "workers/comm/communicator.hpp"
#include "workers/model/transformer.hpp"
#include "workers/train/config.hpp"
#include "workers/train/evaluate.hpp"  // all_rows
#include "workers/train/trainer.hpp"

namespace agsweep::testing_support {

inline constexpr std::int64_t few_tokens = 96;  // a vocabulary that the emulator goes through quickly

/// Rows of 1 .. 7 tokens of the small vocabulary.
inline Split few_token_split(std::uint32_t rows) {
  Split split;
  split.offsets.push_back(0);
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t i = 0; i <= row % 7; ++i) split.tokens.push_back(static_cast<std::uint16_t>((row * 17 + i * 31) % few_tokens));
    split.offsets.push_back(split.tokens.size());
    split.labels.push_back(static_cast<std::uint8_t>(row % 4));
    split.source_rows.push_back(row);
  }
  return split;
}

inline TrainConfig tiny_config() {
  TrainConfig config;
  config.layers = 2;
  config.d_model = 32;
  config.heads = 2;
  config.ffn = 64;
  config.warmup_steps = 4;
  config.shards = 1;
  return config;
}

inline std::unique_ptr<const Model> tiny_transformer(const TrainConfig& config, c10::Device device = at::kCPU) {
  return std::make_unique<Transformer>(Geometry{.vocabulary = few_tokens,
                                                .longest = 8,
                                                .layers = config.layers,
                                                .width = config.d_model,
                                                .heads = config.heads,
                                                .ffn = config.ffn,
                                                .classes = 4},
                                       config.dropout, device);
}

struct Trained {
  std::vector<StepOutcome> outcomes;
  at::Tensor weights;
};

/// Six steps over batches of different sizes.
inline Trained train_few_steps(Communicator& comm, const TrainConfig& config, const Model& model, Workers& workers,
                               DeviceCommunicator* group = nullptr) {
  const auto trainer = make_trainer(comm, workers, model, config, 40, group);
  trainer->settled_parameters().assign(model.start_values(config.seed));
  const Split split = few_token_split(64);
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
  return trained;
}

inline double relative_distance(const at::Tensor& a, const at::Tensor& b) {
  return (a - b).norm().item<double>() / b.norm().item<double>();
}

}  // namespace agsweep::testing_support
