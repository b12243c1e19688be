#include "workers/train/evaluate.hpp"

#include <algorithm>  // std::min
#include <numeric>    // std::accumulate, std::iota

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "base/error.hpp"
#include "data/batch.hpp"
#include "workers/device/out_of_memory.hpp"
#include "workers/kernels/cross_entropy.hpp"
#include "workers/model/kernel_views.hpp"
#include "workers/reduce/reduce.hpp"  // shards_of

namespace agsweep {

namespace {

/// Rows of a batch: the CPU's threads share the batches, a device is filled by one.
std::int64_t batch_rows_on(c10::Device device) { return device.is_cpu() ? 32 : 256; }

/// A tensor's values on the host; waits for a device.
template <typename T>
std::vector<T> on_host(Workers& workers, const at::Tensor& tensor) {
  const at::Tensor host = workers.on_host(tensor);
  return {host.const_data_ptr<T>(), host.const_data_ptr<T>() + host.numel()};
}

}  // namespace

std::vector<std::uint32_t> all_rows(const Split& split) {
  std::vector<std::uint32_t> rows(split.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

Evaluation evaluate(Communicator& comm, Workers& workers, const Model& model, const Parameters& parameters, const Split& split,
                    std::span<const std::uint32_t> rows, std::string_view name, const EvaluationProgress& progress,
                    const std::atomic<bool>* stop, Keep keep) {
  const auto count = static_cast<std::int64_t>(rows.size());
  const std::int64_t classes = model.classes();
  const std::int64_t batch_rows = batch_rows_on(workers.device());
  const std::int64_t batches = (count + batch_rows - 1) / batch_rows;
  const ShardRange own = shards_of(comm.rank(), comm.size(), batches);
  at::Tensor losses;  // [batches]
  at::Tensor logits;  // [count, classes]
  at::Tensor hidden;  // [count, width]

  const std::string phase = fmt::format("the evaluation on {}, batch", name);
  Evaluation evaluation;
  std::vector<double> loss_of;  // by batch
  comm.at(phase, own.first);
  together(comm, [&] {
    in_words([&] {
      const auto zeros = [&](at::IntArrayRef shape, at::ScalarType type) {
        return at::zeros(shape, at::TensorOptions(type).device(workers.device()));
      };
      losses = zeros({batches}, at::kDouble);
      logits = zeros({count, classes}, at::kFloat);
      if (keep == Keep::logits_and_hidden) hidden = zeros({count, model.width(parameters)}, at::kFloat);
    });
    workers.pool().run(own.size(), [&](std::int64_t index, int worker) {
      if (stop != nullptr && stop->load()) throw Interrupted();
      const c10::InferenceMode no_autograd;
      const std::int64_t first = (own.first + index) * batch_rows;
      const auto of_batch = rows.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(batch_rows, count - first)));
      Workspace& workspace = workers.workspace(worker);
      const Workspace::Scope scope(workspace);
      const Batch batch = workers.load(pack(split, of_batch), {}, worker);
      const at::Tensor own_logits = logits.narrow(0, first, batch.shape.rows);
      const Model::Outputs outputs = model.outputs(parameters, batch, workspace);
      own_logits.copy_(outputs.logits);
      if (hidden.defined()) hidden.narrow(0, first, batch.shape.rows).copy_(outputs.hidden);
      workspace.kernels().cross_entropy({.logits = data<float>(own_logits),
                                         .labels = ints(batch.labels),
                                         .classes = classes,
                                         .smoothing = 0,
                                         .scale = 1,
                                         .loss = data<double>(losses) + own.first + index,
                                         .d_logits = nullptr,
                                         .confusion = nullptr});
      if (worker != 0) return;  // the calling thread, the only one that may talk
      comm.at(phase, own.first + index);
      if (comm.rank() == 0 && progress) progress(index + 1, own.size());
    });
    evaluation.logits = on_host<float>(workers, logits);
    if (hidden.defined()) evaluation.hidden = on_host<float>(workers, hidden);
    loss_of = on_host<double>(workers, losses);
  });

  comm.at(phase, batches);
  // A zero's sign would not survive the sum over ranks.
  for (float& logit : evaluation.logits) logit += 0.0F;
  for (float& channel : evaluation.hidden) channel += 0.0F;
  comm.all_reduce_sum(std::span(loss_of));            // each batch is one rank's; the others add zero
  comm.all_reduce_sum(std::span(evaluation.logits));  // so too each row
  if (hidden.defined()) comm.all_reduce_sum(std::span(evaluation.hidden));
  ConfusionMatrix confusion(static_cast<std::size_t>(classes));
  std::vector<std::uint8_t> labels;
  for (const std::uint32_t row : rows) {
    const std::span scores(evaluation.logits.data() + std::ssize(labels) * classes, static_cast<std::size_t>(classes));
    labels.push_back(split.labels[row]);
    confusion.add(labels.back(), static_cast<std::size_t>(predicted_class(scores)));
  }
  const double loss = std::accumulate(loss_of.begin(), loss_of.end(), 0.0);
  evaluation.metrics = metrics_of(confusion, count == 0 ? 0 : loss / static_cast<double>(count));
  evaluation.loss_error = loss_standard_error(evaluation.logits, labels);
  return evaluation;
}

}  // namespace agsweep
