#include "workers/train/trainer.hpp"

#include <algorithm>  // std::fill
#include <cmath>      // std::isfinite

#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>

#include "base/error.hpp"
#include "data/batch.hpp"
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

// A result must not change with the threads: each shard's operators run on one.
Workers::Workers(int threads) : pool_(threads, [] { at::set_num_threads(1); }), workspaces_(static_cast<std::size_t>(threads)) {}

Trainer::Trainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config, std::int64_t total_steps)
    : comm_(comm),
      workers_(workers),
      model_(model),
      config_(config),
      one_cycle_(config.lr, config.warmup_steps, total_steps),
      parameters_(model.layout(), config.precision),
      first_moment_(at::zeros_like(parameters_.flat())),
      second_moment_(at::zeros_like(parameters_.flat())),
      embedding_(embedding_in(parameters_.flat(), model.layout()), embedding_in(first_moment_, model.layout()),
                 embedding_in(second_moment_, model.layout()), model.layout().embedding_width()),
      gradients_(static_cast<std::size_t>(shards_of(comm.rank(), comm.size(), config.shards).size())) {}

void Trainer::broadcast_parameters() {
  comm_.broadcast(0, std::as_writable_bytes(floats(parameters_.flat())));
  parameters_.refresh_compute();
}

void Trainer::forward_backward(const Split& split, std::span<const std::uint32_t> rows) {
  const ShardRange own = shards_of(comm_.rank(), comm_.size(), config_.shards);
  std::vector<PackedBatch> batches;
  for (std::int64_t shard = own.first; shard < own.last; ++shard) {
    batches.push_back(pack(split, shard_rows(rows, shard, config_.shards)));
  }
  for (const PackedBatch& batch : batches) embedding_.catch_up(batch.tokens, workers_.pool());
  workers_.pool().run(own.size(), [&](std::int64_t index, int worker) {
    const c10::InferenceMode no_autograd;
    const std::int64_t shard = own.first + index;
    const ShardStep step{
        .stream = {.seed = config_.seed, .step = static_cast<std::uint32_t>(steps_done_ + 1), .shard = static_cast<std::uint32_t>(shard)},
        .label_smoothing = config_.label_smoothing,
        .batch_rows = static_cast<std::int64_t>(rows.size()),
        .activation_checkpointing = config_.activation_checkpointing};
    model_.forward_backward(parameters_, batches[static_cast<std::size_t>(index)], step, workers_.workspace(worker),
                            gradients_[static_cast<std::size_t>(index)]);
  });
}

void Trainer::update(const Gradient& gradient, const AdamWStep& step) {
  const AdamW adamw(step);
  embedding_.update(adamw, gradient.embedding, workers_.pool());
  const ParameterLayout& layout = model_.layout();
  const DenseBuffers dense{dense_in(parameters_.flat(), layout), dense_in(first_moment_, layout), dense_in(second_moment_, layout)};
  update_dense(adamw, gradient.dense, dense, workers_.pool(),
               [&](std::int64_t first, std::int64_t last) { parameters_.refresh_compute(first, last); });
}

StepOutcome Trainer::step(const Split& split, std::span<const std::uint32_t> rows, bool stop_requested, std::exception_ptr failure) {
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
  if (status == StepStatus::failed) {
    together(comm_, [&] {
      if (failure) std::rethrow_exception(failure);
    });
  }

  const Gradient& total = gradients_[0];
  const double norm = gradient_norm(total, workers_.pool());
  if (!std::isfinite(total.loss)) throw TrialFailure("the loss is not finite at step {}", step);
  if (!std::isfinite(norm)) throw TrialFailure("the gradient's norm is not finite at step {}", step);

  const OneCycle::Point schedule = one_cycle_.at(step);
  update(total, {.step = step,
                 .lr = schedule.lr,
                 .beta1 = schedule.beta1,
                 .weight_decay = config_.weight_decay,
                 .gradient_scale = clip_factor(norm, config_.clip_norm)});
  steps_done_ = step;
  return {.lr = schedule.lr, .loss = total.loss, .grad_norm = norm, .confusion = total.confusion, .stop = status == StepStatus::stop};
}

}  // namespace agsweep
