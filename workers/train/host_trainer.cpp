#include "workers/train/host_trainer.hpp"

#include <iterator>  // std::ssize

#include <c10/core/InferenceMode.h>

#include "base/error.hpp"
#include "data/batch.hpp"  // pack, shard_rows
#include "workers/device/tensor_at.hpp"
#include "workers/optim/optimiser.hpp"
#include "workers/reduce/reduce.hpp"

namespace agsweep {

namespace {

std::span<float> floats(at::Tensor& tensor) { return {tensor.mutable_data_ptr<float>(), static_cast<std::size_t>(tensor.numel())}; }
std::span<float> embedding_in(at::Tensor& flat, const ParameterLayout& layout) {
  return floats(flat).first(static_cast<std::size_t>(layout.embedding_size()));
}
std::span<float> dense_in(at::Tensor& flat, const ParameterLayout& layout) {
  return floats(flat).subspan(static_cast<std::size_t>(layout.dense_begin()));
}

/// What a rank whose shards threw adds to the step.
void clear(Gradient& gradient, const Model& model) {
  gradient.embedding.clear(model.layout().embedding_width());
  gradient.dense.assign(static_cast<std::size_t>(model.layout().dense_size()), 0.0F);
  gradient.confusion.assign(static_cast<std::size_t>(model.classes() * model.classes()), 0);
  gradient.loss = 0;
}

}  // namespace

GradientTarget host_target(Gradient& gradient, std::vector<std::int32_t> tokens, const Model& model) {
  const ParameterLayout& layout = model.layout();
  gradient.dense.resize(static_cast<std::size_t>(layout.dense_size()));
  gradient.confusion.resize(static_cast<std::size_t>(model.classes() * model.classes()));
  if (layout.embedding_rows() == 0) tokens.clear();
  gradient.embedding.width = layout.embedding_width();
  gradient.embedding.rows = std::move(tokens);
  gradient.embedding.values.resize(gradient.embedding.rows.size() * static_cast<std::size_t>(layout.embedding_width()));
  return {
      .dense = tensor_at(gradient.dense.data(), {layout.dense_size()}, at::kFloat),
      .embedding = tensor_at(gradient.embedding.values.data(), {std::ssize(gradient.embedding.rows), layout.embedding_width()}, at::kFloat),
      .loss = tensor_at(&gradient.loss, {1}, at::kDouble),
      .confusion = tensor_at(gradient.confusion.data(), {model.classes(), model.classes()}, at::kLong)};
}

HostTrainer::HostTrainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config, std::int64_t total_steps)
    : Trainer(comm, workers, model, config, total_steps),
      embedding_(embedding_in(parameters_.flat(), model.layout()), embedding_in(first_moment_, model.layout()),
                 embedding_in(second_moment_, model.layout()), model.layout().embedding_width()),
      gradients_(static_cast<std::size_t>(shards_of(comm.rank(), comm.size(), config.shards).size())) {}

void HostTrainer::shard_gradient(const PackedBatch& batch, const ShardStep& step, int worker, Gradient& gradient) {
  const c10::InferenceMode no_autograd;
  const Workspace::Scope scope(workers_.workspace(worker));
  std::vector<std::int32_t> tokens;
  if (model_.layout().embedding_rows() > 0) tokens = distinct_tokens(batch.tokens);
  const Batch loaded = workers_.load(batch, tokens, worker);
  model_.forward_backward(parameters_, loaded, step, workers_.workspace(worker), host_target(gradient, std::move(tokens), model_));
}

void HostTrainer::forward_backward(const Split& split, std::span<const std::uint32_t> rows) {
  const ShardRange own = shards_of(comm_.rank(), comm_.size(), config_.shards);
  std::vector<PackedBatch> batches;
  for (std::int64_t shard = own.first; shard < own.last; ++shard) {
    batches.push_back(pack(split, shard_rows(rows, shard, config_.shards)));
  }
  for (const PackedBatch& batch : batches) embedding_.catch_up(batch.tokens, workers_.pool());
  workers_.pool().run(own.size(), [&](std::int64_t index, int worker) {
    const DropoutStream stream{
        .seed = config_.seed, .step = static_cast<std::uint32_t>(steps_done_ + 1), .shard = static_cast<std::uint32_t>(own.first + index)};
    shard_gradient(batches[static_cast<std::size_t>(index)],
                   {.stream = &stream,
                    .label_smoothing = config_.label_smoothing,
                    .batch_rows = std::ssize(rows),
                    .activation_checkpointing = config_.activation_checkpointing},
                   worker, gradients_[static_cast<std::size_t>(index)]);
  });
}

void HostTrainer::update(const Gradient& gradient, const AdamWStep& step) {
  const AdamW adamw(step);
  embedding_.update(adamw, gradient.embedding, workers_.pool());
  const ParameterLayout& layout = model_.layout();
  const DenseBuffers dense{dense_in(parameters_.flat(), layout), dense_in(first_moment_, layout), dense_in(second_moment_, layout)};
  update_dense(adamw, gradient.dense, dense, workers_.pool(),
               [&](std::int64_t first, std::int64_t last) { parameters_.refresh_compute(first, last); });
}

std::optional<StepOutcome> HostTrainer::step(const Split& split, std::span<const std::uint32_t> rows, bool stop_requested,
                                             std::exception_ptr failure) {
  const std::int64_t step = steps_done_ + 1;
  StepStatus status = stop_requested ? StepStatus::stop : StepStatus::go_on;
  comm_.at("step", step);
  try {
    if (failure) std::rethrow_exception(failure);
    forward_backward(split, rows);
  } catch (...) {
    failure = std::current_exception();
    status = StepStatus::failed;
    for (Gradient& gradient : gradients_) clear(gradient, model_);
  }
  comm_.at("the gradients' sum of step", step);
  status = config_.reduction == Reduction::tree
               ? tree_sum(comm_, gradients_, config_.shards, status, workers_.pool())
               : all_reduce_sum(comm_, gradients_, model_.layout().embedding_rows(), status, workers_.pool());
  if (status == StepStatus::failed) leave_together(failure);

  const Gradient& total = gradients_[0];
  const double norm = gradient_norm(total, workers_.pool());
  require_finite(step, total.loss, norm);

  AdamWStep adamw = adamw_step(step);
  adamw.gradient_scale = clip_factor(norm, config_.clip_norm);
  update(total, adamw);
  steps_done_ = step;
  return StepOutcome{.step = step,
                     .rows = std::ssize(rows),
                     .tokens = tokens_in(split, rows),
                     .lr = adamw.lr,
                     .loss = total.loss,
                     .grad_norm = norm,
                     .confusion = total.confusion,
                     .stop = status == StepStatus::stop};
}

}  // namespace agsweep
