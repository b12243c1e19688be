#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "data/corpus.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/device/workers.hpp"
#include "workers/metrics/metrics.hpp"
#include "workers/model/model.hpp"
#include "workers/model/parameters.hpp"
#include "workers/train/prediction.hpp"

namespace agsweep {

struct Evaluation {
  Metrics metrics;                   // loss is plain cross-entropy
  std::optional<double> loss_error;  // its standard error, the rows being a sample; none without rows
  std::vector<float> logits;         // [rows * classes], in the order of the rows
  std::vector<float> hidden;         // [rows * width], of each row's last token behind the last norm; empty unless asked for
};

/// Called on rank 0 with (done, all) of its batches.
using EvaluationProgress = std::function<void(std::int64_t, std::int64_t)>;

/// Dropout off, over fixed batches of 32 rows in order, each one thread's work; losses are added in double in batch order, counts are
/// integers: the same bits for any ranks and threads.
///
/// Collective over comm; every rank gets the same.
/// @param name  for messages: "val"
/// @param stop  where given, polled before each batch: true on any rank makes every rank throw Interrupted
Evaluation evaluate(Communicator& comm, Workers& workers, const Model& model, const Parameters& parameters, const Split& split,
                    std::span<const std::uint32_t> rows, std::string_view name, const EvaluationProgress& progress,
                    const std::atomic<bool>* stop = nullptr, Keep keep = Keep::logits);

/// All rows of a split.
std::vector<std::uint32_t> all_rows(const Split& split);

}  // namespace agsweep
