#include "workers/train/evaluate.hpp"

#include <algorithm>  // std::min, std::transform
#include <numeric>    // std::accumulate, std::iota

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "data/batch.hpp"
#include "workers/kernels/cross_entropy.hpp"
#include "workers/reduce/reduce.hpp"  // shards_of

namespace agsweep {

namespace {

constexpr std::int64_t batch_rows = 32;

}  // namespace

std::vector<std::uint32_t> all_rows(const Split& split) {
  std::vector<std::uint32_t> rows(split.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

Evaluation evaluate(Communicator& comm, Workers& workers, const Model& model, const Parameters& parameters, const Split& split,
                    std::span<const std::uint32_t> rows, std::string_view name, const EvaluationProgress& progress,
                    const std::atomic<bool>* stop) {
  const auto count = static_cast<std::int64_t>(rows.size());
  const std::int64_t classes = model.classes();
  const std::int64_t batches = (count + batch_rows - 1) / batch_rows;
  const ShardRange own = shards_of(comm.rank(), comm.size(), batches);
  std::vector<double> losses(static_cast<std::size_t>(batches));
  Evaluation evaluation;
  evaluation.logits.resize(static_cast<std::size_t>(count * classes));

  const std::string phase = fmt::format("the evaluation on {}, batch", name);
  comm.at(phase, own.first);
  together(comm, [&] {
    workers.pool().run(own.size(), [&](std::int64_t index, int worker) {
      if (stop != nullptr && stop->load()) throw Interrupted();
      const c10::InferenceMode no_autograd;
      const std::int64_t first = (own.first + index) * batch_rows;
      const auto of_batch = rows.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(batch_rows, count - first)));
      const PackedBatch batch = pack(split, of_batch);
      const Workspace::Scope scope(workers.workspace(worker));
      const at::Tensor logits = model.logits(parameters, batch, workers.workspace(worker));
      const float* values = logits.const_data_ptr<float>();
      losses[static_cast<std::size_t>(own.first + index)] = cross_entropy(values, batch.labels, classes, 0, 1, nullptr);
      // + 0: a zero's sign would not survive the sum over ranks.
      std::transform(values, values + logits.numel(), evaluation.logits.begin() + first * classes, [](float x) { return x + 0.0F; });
      if (worker != 0) return;  // the calling thread, the only one that may talk
      comm.at(phase, own.first + index);
      if (comm.rank() == 0 && progress) progress(index + 1, own.size());
    });
  });

  comm.at(phase, batches);
  comm.all_reduce_sum(std::span(losses));             // each batch is one rank's; the others add zero
  comm.all_reduce_sum(std::span(evaluation.logits));  // so too each row
  ConfusionMatrix confusion(static_cast<std::size_t>(classes));
  for (std::int64_t row = 0; row < count; ++row) {
    const std::span logits(evaluation.logits.data() + row * classes, static_cast<std::size_t>(classes));
    confusion.add(split.labels[rows[static_cast<std::size_t>(row)]], static_cast<std::size_t>(predicted_class(logits)));
  }
  const double loss = std::accumulate(losses.begin(), losses.end(), 0.0);
  evaluation.metrics = metrics_of(confusion, count == 0 ? 0 : loss / static_cast<double>(count));
  return evaluation;
}

}  // namespace agsweep
