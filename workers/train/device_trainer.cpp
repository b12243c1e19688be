#include "workers/train/device_trainer.hpp"

#include <iterator>  // std::ssize

#include <c10/core/InferenceMode.h>

#include "base/error.hpp"
#include "workers/device/group_end.hpp"
#include "workers/model/kernel_views.hpp"

namespace agsweep {

namespace {

/// Runs a part of a step in which the ranks' devices talk, and names the step where it fails: the library knows its call alone.
template <typename Work>
void naming_step(std::int64_t step, Work work) {
  try {
    work();
  } catch (const PeerFailure& failure) {
    throw PeerFailure("the gradients' sum of step {}: {}", step, failure.what());
  } catch (const RankFailure& failure) {
    throw RankFailure("the gradients' sum of step {}: {}", step, failure.what());
  } catch (const RunTimeError& failure) {  // a device tells of an error at a later call
    throw RunTimeError("step {} or one before it: {}", step, failure.what());
  }
}

}  // namespace

DeviceTrainer::DeviceTrainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config, std::int64_t total_steps,
                             DeviceCommunicator* group)
    : Trainer(comm, workers, model, config, total_steps),
      stream_(*workers.stream()),
      group_(group),
      own_shards_(shards_of(comm.rank(), comm.size(), config.shards)),
      batches_(own_shards_, config.shards, trains_embedding()),
      input_(stream_),
      sum_(stream_.kernels(), group, comm.rank(), comm.size(), config.shards, config.reduction),
      results_(stream_, model.classes()),
      gradients_(static_cast<std::size_t>(own_shards_.size())),
      choice_(config.graphs) {
  const auto options = [&](at::ScalarType type) { return at::TensorOptions(type).device(workers_.device()); };
  for (ShardGradient& gradient : gradients_) {
    const bool is_total = &gradient == &gradients_[0];
    gradient.loss = is_total ? results_.loss() : at::zeros({1}, options(at::kDouble));
    gradient.confusion = is_total ? results_.confusion() : at::zeros({model.classes(), model.classes()}, options(at::kLong));
  }
  if (trains_embedding()) gradient_row_ = at::full({model.layout().embedding_rows()}, -1, options(at::kInt));
}

std::int64_t DeviceTrainer::gradient_size(std::int64_t listed) const {
  return model_.layout().dense_size() + listed * model_.layout().embedding_width();
}

/// Memory for a step of this shape. A recorded graph holds addresses, so where memory moves, graphs are recorded anew.
void DeviceTrainer::reserve(const StepShape& shape) {
  const std::int64_t floats = gradient_size(shape.listed());
  const at::Tensor& values = gradients_[0].values;
  const bool gradients_fit = values.defined() && values.numel() >= floats;
  if (gradients_fit && input_.has_room_for(shape.shards)) return;
  graphs_.clear();
  if (!input_.has_room_for(shape.shards)) input_.make_room_for(shape.shards);
  if (gradients_fit) return;
  for (ShardGradient& gradient : gradients_) {
    gradient.values = at::zeros({floats + floats / 4}, at::TensorOptions(at::kFloat).device(workers_.device()));
  }
  sum_.reserve(gradients_[0]);
}

void DeviceTrainer::upload(const StepShape& shape, std::int64_t step) {
  std::vector<DropoutStream> streams;
  for (std::int64_t shard = own_shards_.first; shard < own_shards_.last; ++shard) {
    streams.push_back({.seed = config_.seed, .step = static_cast<std::uint32_t>(step), .shard = static_cast<std::uint32_t>(shard)});
  }
  input_.upload(AdamW(adamw_step(step)).factors(), streams, batches_.shards(), batches_.listed(), shape.shards);
}

/// Forward and backward of the own shards.
void DeviceTrainer::launch_gradients(const StepShape& shape) {
  const ParameterLayout& layout = model_.layout();
  for (std::size_t i = 0; i < shape.shards.size(); ++i) {
    const Batch batch = input_.batch(shape.shards, i);
    const ShardGradient& gradient = gradients_[i];
    GradientTarget target{.dense = gradient.values.narrow(0, 0, layout.dense_size()),
                          .embedding = {},
                          .loss = gradient.loss,
                          .confusion = gradient.confusion};
    if (trains_embedding()) {
      target.embedding = gradient.values.narrow(0, layout.dense_size(), batch.shape.listed * layout.embedding_width())
                             .view({batch.shape.listed, layout.embedding_width()});
    }
    model_.forward_backward(parameters_, batch,
                            {.stream = input_.stream(i),
                             .label_smoothing = config_.label_smoothing,
                             .batch_rows = shape.batch_rows,
                             .activation_checkpointing = config_.activation_checkpointing},
                            workers_.workspace(0), target);
  }
  sum_.own_shards(gradients_, gradient_size(shape.listed()));
}

void DeviceTrainer::launch_update(const StepShape& shape) {
  DeviceKernels& kernels = stream_.kernels();
  const ParameterLayout& layout = model_.layout();
  const std::int64_t listed = shape.listed();
  const AdamWFactors* const factors = input_.factors();
  ClipResult* const clip = results_.clip();
  float* gradient = data<float>(gradients_[0].values);
  kernels.clip({.gradient = gradient,
                .count = gradient_size(listed),
                .loss = data<double>(gradients_[0].loss),
                .max_norm = config_.clip_norm,
                .result = clip});
  kernels.adamw(AdamWUpdate{.factors = factors,
                            .clip = clip,
                            .count = layout.dense_size(),
                            .gradient = gradient,
                            .parameters = data<float>(parameters_.flat()) + layout.dense_begin(),
                            .first_moment = data<float>(first_moment_) + layout.dense_begin(),
                            .second_moment = data<float>(second_moment_) + layout.dense_begin(),
                            .low = parameters_.low().defined() ? data<BFloat16>(parameters_.low()) : nullptr});
  if (!trains_embedding()) return;
  const Batch batch = input_.batch(shape.shards, 0);
  kernels.index_rows(data<std::int32_t>(batch.listed), listed, data<std::int32_t>(gradient_row_), layout.embedding_rows());
  kernels.adamw(EmbeddingAdamWUpdate{.factors = factors,
                                     .clip = clip,
                                     .rows = layout.embedding_rows(),
                                     .width = layout.embedding_width(),
                                     .gradient_row = data<std::int32_t>(gradient_row_),
                                     .gradient = gradient + layout.dense_size(),
                                     .parameters = data<float>(parameters_.flat()),
                                     .first_moment = data<float>(first_moment_),
                                     .second_moment = data<float>(second_moment_)});
}

/// Makes the graphs of a shape where they are not there. @return whether it did
bool DeviceTrainer::record(const StepShape& shape, Graphs& graphs) {
  if (graphs.update) return false;
  graphs.gradients = stream_.record([this, shape] { launch_gradients(shape); });
  graphs.update = stream_.record([this, shape] { launch_update(shape); });
  return true;
}

/// What comes before the sum over the ranks.
DeviceTrainer::Launched DeviceTrainer::launch_own_shards(const Split& split, std::span<const std::uint32_t> rows, std::int64_t step) {
  Launched launched{.shape = batches_.pack(split, rows)};
  reserve(launched.shape);
  Graphs& graphs = graphs_[launched.shape];
  launched.graphs = &graphs;
  launched.sets_up = !graphs.launched;
  launched.as_graph = graphs.launched && choice_.uses_graphs();
  if (launched.as_graph) launched.sets_up = record(launched.shape, graphs);
  upload(launched.shape, step);
  launched.as_graph ? graphs.gradients->launch() : launch_gradients(launched.shape);
  return launched;
}

/// The sum over the ranks, and what follows it.
void DeviceTrainer::launch_total(const Launched& launched) {
  sum_.over_ranks(gradients_, gradient_size(launched.shape.listed()));
  launched.as_graph ? launched.graphs->update->launch() : launch_update(launched.shape);
  launched.graphs->launched = true;
}

/// Ends a step that some rank has failed, on every rank. @return whether some rank was asked to stop
bool DeviceTrainer::agree(bool stop_requested, const std::exception_ptr& failure) {
  return agsweep::agree(comm_, group_, stop_requested, failure, [&] {
    if (group_ != nullptr) naming_step(steps_done_, [&] { group_->check(); });
  });
}

/// A failure between two agreements: the others may be waiting for this rank's device.
void DeviceTrainer::leave(const std::exception_ptr& failure) {
  comm_.alarm();
  if (group_ != nullptr) group_->abort();  // what is on its way would keep the device from its end
  agree(false, failure);
}

/// Of the ranks' sum, so it is the same on all; but one of them may have met a failure in the same step, and be waiting to tell it.
void DeviceTrainer::require_finite_outcome(const StepOutcome& outcome) {
  try {
    require_finite(outcome.step, outcome.loss, outcome.grad_norm);
  } catch (const TrialFailure&) {
    agree(false, nullptr);
    throw;
  }
}

std::optional<StepOutcome> DeviceTrainer::step(const Split& split, std::span<const std::uint32_t> rows, bool stop_requested,
                                               std::exception_ptr failure) {
  const c10::InferenceMode no_autograd;
  const std::int64_t step = steps_done_ + 1;
  comm_.at("step", step);
  Launched launched;
  if (!failure) failure = failure_of([&] { launched = launch_own_shards(split, rows, step); });
  const bool stop = agree(stop_requested, failure);

  comm_.at("the gradients' sum of step", step);
  Pending pending{.outcome = {}, .slot = 0, .as_graph = launched.as_graph, .sets_up = launched.sets_up};
  pending.outcome.step = step;
  pending.outcome.rows = std::ssize(rows);
  pending.outcome.tokens = tokens_in(split, rows);
  pending.outcome.lr = adamw_step(step).lr;
  pending.outcome.stop = stop;
  std::optional<StepOutcome> outcome;
  failure = failure_of([&] {
    naming_step(step, [&] {
      launch_total(launched);
      pending.slot = results_.fetch();
    });
    pending_.push_back(std::move(pending));
    steps_done_ = step;
    if (std::ssize(pending_) == StepResults::slots) outcome = read_oldest();
  });
  if (failure) leave(failure);
  if (outcome) require_finite_outcome(*outcome);
  return outcome;
}

std::optional<StepOutcome> DeviceTrainer::finish() {
  std::optional<StepOutcome> outcome;
  const std::exception_ptr failure = failure_of([&] {
    if (!pending_.empty()) outcome = read_oldest();
  });
  if (failure) leave(failure);
  if (outcome) {
    require_finite_outcome(*outcome);
  } else {
    agree(false, nullptr);
  }
  return outcome;
}

StepOutcome DeviceTrainer::read_oldest() {
  Pending oldest = std::move(pending_.front());
  pending_.pop_front();
  const std::int64_t step = oldest.outcome.step;
  naming_step(step, [&] { wait_for(oldest.slot); });
  measure(oldest);
  results_.read(oldest.slot, oldest.outcome);
  return std::move(oldest.outcome);
}

void DeviceTrainer::wait_for(int slot) {
  const auto look = [&] {
    const bool alarmed = comm_.alarmed();
    if (group_ != nullptr) group_->check();  // after it: an error here may be what the others were alarmed by
    if (alarmed) throw PeerFailure("another rank has failed");
  };
  if (stream_.reached_in_time(StepResults::mark_of(slot), look)) return;
  if (group_ == nullptr) throw RunTimeError("the device has not come to its end within {:g} s", stream_.patience());
  throw RankFailure("{}: no end within {:g} s", group_->last_call(), stream_.patience());
}

/// For the choice of graphs. A step's time runs from the reading of the one before; the host has launched the next one in it.
void DeviceTrainer::measure(const Pending& pending) {
  const auto now = std::chrono::steady_clock::now();
  const bool next_sets_up = !pending_.empty() && pending_.front().sets_up;
  if (!pending.sets_up && !last_set_up_ && !next_sets_up) {
    choice_.measured(pending.as_graph, std::chrono::duration<double>(now - last_read_).count());
  }
  last_read_ = now;
  last_set_up_ = pending.sets_up;
}

}  // namespace agsweep
