#include "workers/train/config.hpp"

#include <algorithm>  // std::min

namespace agsweep {

std::int64_t ScheduleLength::most_default_warmup() const {
  const std::int64_t steps = total_steps * 3 / 10;
  return steps < 2 ? 0 : steps;
}

ScheduleLength schedule_length(const TrainConfig& config, std::int64_t train_rows) {
  ScheduleLength length{.rows = config.train_limit == 0 ? train_rows : std::min(config.train_limit, train_rows)};
  length.steps_per_epoch = (length.rows + config.batch_size - 1) / config.batch_size;
  length.total_steps = config.epochs * length.steps_per_epoch;
  return length;
}

LoraConfig lora_of(const TrainConfig& config, const Gpt2Config& gpt2) {
  return {.rank = config.lora_rank,
          .alpha = parse_alpha(config.lora_alpha, config.lora_rank, "--lora-alpha"),
          .dropout = config.lora_dropout,
          .targets = parse_targets(config.lora_targets, gpt2.layers, "--lora-targets"),
          .rslora = config.rslora};
}

}  // namespace agsweep
