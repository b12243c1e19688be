#pragma once

#include <algorithm>  // std::min
#include <cstdint>

#include "workers/train/config.hpp"

namespace agsweep {

/// How long the learning-rate schedule of a training is; --max-steps ends a training without shortening it.
struct ScheduleLength {
  std::int64_t rows = 0;             // that an epoch visits
  std::int64_t steps_per_epoch = 0;  // the last may be a smaller batch
  std::int64_t total_steps = 0;

  /// The most of a warm-up that nobody chose: 30 % of the steps. Below 2 it is none, since OneCycle cannot rise within one step.
  std::int64_t most_default_warmup() const {
    const std::int64_t steps = total_steps * 3 / 10;
    return steps < 2 ? 0 : steps;
  }
};

/// @param train_rows  of the corpus, before --train-limit
inline ScheduleLength schedule_length(const TrainConfig& config, std::int64_t train_rows) {
  ScheduleLength length{.rows = config.train_limit == 0 ? train_rows : std::min(config.train_limit, train_rows)};
  length.steps_per_epoch = (length.rows + config.batch_size - 1) / config.batch_size;
  length.total_steps = config.epochs * length.steps_per_epoch;
  return length;
}

}  // namespace agsweep
