#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/json.hpp"
#include "workers/metrics/metrics.hpp"

namespace agsweep {

/// One split's exact counts and loss at the end of an epoch: what its Metrics are computed from.
struct EpochScore {
  std::int64_t epoch = 0;  // from 1
  double loss = 0;
  std::optional<double> loss_error = {};  // of the rows as a sample; none of the running loss, and in checkpoints of before
  std::vector<std::int64_t> confusion;    // [classes * classes]

  Metrics metrics(std::int64_t classes) const;
};

/// Where a training stands, beside its tensors: what a checkpoint must hold to go on to the same bits.
struct ProgressState {
  std::int64_t step = 0;         // optimiser steps done
  std::int64_t epoch = 1;        // the one under way, from 1
  std::int64_t epoch_batch = 0;  // its batches done
  bool trained = false;          // no step is to come: the optimiser's moments are not needed any more

  double epoch_loss = 0;  // sum over its batches of loss * rows
  std::int64_t epoch_rows = 0;
  std::vector<std::int64_t> epoch_confusion;  // [classes * classes], dropout on

  std::optional<EpochScore> best;  // on val
  std::optional<EpochScore> last;  // on val
  std::vector<double> values;      // of the run's metric, on val, after each epoch; a checkpoint of before has only the newest ones

  double train_seconds = 0;  // over all parts of the run, without evaluation
  double epoch_seconds = 0;
  double eval_seconds = 0;
  std::int64_t tokens = 0;  // trained on

  nlohmann::json seals;  // of RUN/'s files: RunFolder::seals(), and "config.toml"; null in checkpoints of before there were any
};

nlohmann::json to_json(const ProgressState& state);
/// @throws nlohmann::json::exception when a key is missing or of another type
ProgressState progress_state_from(const nlohmann::json& json);

}  // namespace agsweep
