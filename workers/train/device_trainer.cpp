#include "workers/train/device_trainer.hpp"

#include <algorithm>  // std::max
#include <chrono>
#include <cstring>   // std::memcpy
#include <iterator>  // std::ssize
#include <thread>    // std::this_thread::yield

#include <c10/core/InferenceMode.h>

#include "base/error.hpp"
#include "data/batch.hpp"  // pack, shard_rows
#include "workers/device/out_of_memory.hpp"
#include "workers/device/tensor_at.hpp"
#include "workers/model/kernel_views.hpp"
#include "workers/reduce/reduce.hpp"  // shards_of

namespace agsweep {

namespace {

constexpr std::int64_t token_block = 512;
constexpr int result_slots = 2;  // steps under way
constexpr int first_result_slot = Staging::slots;

// The output block.
constexpr std::size_t loss_begin = aligned(sizeof(ClipResult));
constexpr std::size_t confusion_begin = loss_begin + aligned(sizeof(double));
std::size_t output_bytes(std::int64_t classes) {
  return confusion_begin + static_cast<std::size_t>(classes * classes) * sizeof(std::int64_t);
}

}  // namespace

DeviceTrainer::DeviceTrainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config, std::int64_t total_steps,
                             DeviceCommunicator* group)
    : Trainer(comm, workers, model, config, total_steps),
      stream_(*workers.stream()),
      group_(group),
      sum_(stream_.kernels(), group, comm.rank(), comm.size(), config.shards, config.reduction),
      input_(stream_),
      first_shard_(shards_of(comm.rank(), comm.size(), config.shards).first),
      batches_(static_cast<std::size_t>(shards_of(comm.rank(), comm.size(), config.shards).size())),
      gradients_(batches_.size()),
      choice_(config.graphs) {
  const auto options = [&](at::ScalarType type) { return at::TensorOptions(type).device(workers_.device()); };
  output_ = at::zeros({static_cast<std::int64_t>(output_bytes(model.classes()))}, options(at::kByte));
  auto* output = static_cast<std::byte*>(output_.data_ptr());
  for (ShardGradient& gradient : gradients_) {
    gradient.loss = at::zeros({1}, options(at::kDouble));
    gradient.confusion = at::zeros({model.classes(), model.classes()}, options(at::kLong));
  }
  gradients_[0].loss = tensor_at(output + loss_begin, {1}, at::kDouble, workers_.device());
  gradients_[0].confusion = tensor_at(output + confusion_begin, {model.classes(), model.classes()}, at::kLong, workers_.device());
  if (trains_embedding()) gradient_row_ = at::full({model.layout().embedding_rows()}, -1, options(at::kInt));
  for (int slot = 0; slot < result_slots; ++slot) results_.push_back(stream_.host_memory(output_bytes(model.classes())));
}

std::int64_t DeviceTrainer::gradient_size(std::int64_t listed) const {
  return model_.layout().dense_size() + listed * model_.layout().embedding_width();
}

/// Packs the own shards, and lists the tokens of the whole batch, which every rank must know.
DeviceTrainer::StepShape DeviceTrainer::pack_step(const Split& split, std::span<const std::uint32_t> rows) {
  StepShape shape{.shards = {}, .batch_rows = std::ssize(rows)};
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    batches_[i] = pack(split, shard_rows(rows, first_shard_ + static_cast<std::int64_t>(i), config_.shards));
  }
  listed_.clear();
  if (trains_embedding()) {
    const bool alone = batches_.size() == 1 && comm_.size() == 1;
    listed_ = alone ? distinct_tokens(batches_[0].tokens) : distinct_tokens(pack(split, rows).tokens);
  }
  for (const PackedBatch& batch : batches_) {
    BatchShape own = shape_of(batch, listed_.size());
    own.tokens = round_up(own.tokens, token_block);
    own.longest = round_up(own.longest, dropout_block);
    own.listed = round_up(own.listed, token_block);
    shape.shards.push_back(own);
  }
  return shape;
}

/// Memory for a step of this shape. A recorded graph holds addresses, so where memory moves, graphs are recorded anew.
void DeviceTrainer::reserve(const StepShape& shape) {
  const std::int64_t floats = gradient_size(shape.shards.front().listed);
  const at::Tensor& values = gradients_[0].values;
  const bool gradients_fit = values.defined() && values.numel() >= floats;
  if (gradients_fit && input_.has_room_for(shape.shards)) return;
  graphs_.clear();
  if (!input_.has_room_for(shape.shards)) input_.make_room_for(shape.shards);
  if (gradients_fit) return;
  for (ShardGradient& gradient : gradients_) {
    gradient.values = at::zeros({floats + floats / 4}, at::TensorOptions(at::kFloat).device(workers_.device()));
  }
}

void DeviceTrainer::upload(const StepShape& shape, std::int64_t step) {
  std::vector<DropoutStream> streams;
  for (std::size_t i = 0; i < batches_.size(); ++i) {
    streams.push_back({.seed = config_.seed,
                       .step = static_cast<std::uint32_t>(step),
                       .shard = static_cast<std::uint32_t>(first_shard_ + static_cast<std::int64_t>(i))});
  }
  input_.upload(AdamW(adamw_step(step)).factors(), streams, batches_, listed_, shape.shards);
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
  sum_.own_shards(gradients_, gradient_size(shape.shards.front().listed));
}

void DeviceTrainer::launch_update(const StepShape& shape) {
  DeviceKernels& kernels = stream_.kernels();
  const ParameterLayout& layout = model_.layout();
  const std::int64_t listed = shape.shards.front().listed;
  const AdamW::Factors* const factors = input_.factors();
  auto* clip = static_cast<ClipResult*>(output_.data_ptr());
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
bool DeviceTrainer::record(const StepShape& shape) {
  Graphs& graphs = graphs_[shape];
  if (graphs.gradients) return false;
  graphs.gradients = stream_.record([&] { launch_gradients(shape); });
  graphs.update = stream_.record([&] { launch_update(shape); });
  return true;
}

/// What comes before the sum over the ranks.
void DeviceTrainer::compute(const StepShape& shape, bool as_graph) {
  if (as_graph) {
    graphs_[shape].gradients->launch();
  } else {
    launch_gradients(shape);
  }
}

/// All ranks leave a step together, before a collective that would wait for one that has failed.
StepStatus DeviceTrainer::agree(StepStatus status, std::exception_ptr failure) {
  auto word = static_cast<std::int64_t>(status);
  comm_.all_reduce_max({&word, 1});
  if (static_cast<StepStatus>(word) == StepStatus::failed) leave_together(failure);
  return static_cast<StepStatus>(word);
}

std::optional<StepOutcome> DeviceTrainer::step(const Split& split, std::span<const std::uint32_t> rows, bool stop_requested,
                                               std::exception_ptr failure) {
  const c10::InferenceMode no_autograd;
  const std::int64_t step = steps_done_ + 1;
  StepStatus status = stop_requested ? StepStatus::stop : StepStatus::go_on;
  comm_.at("step", step);
  StepShape shape;
  bool as_graph = false;
  bool sets_up = true;
  try {
    if (failure) std::rethrow_exception(failure);
    shape = pack_step(split, rows);
    reserve(shape);
    sets_up = !graphs_[shape].launched;
    as_graph = !sets_up && choice_.uses_graphs();
    if (as_graph) sets_up = record(shape);
    upload(shape, step);
    compute(shape, as_graph);
  } catch (const c10::OutOfMemoryError& error) {
    failure = std::make_exception_ptr(out_of_memory(error));
    status = StepStatus::failed;
  } catch (...) {
    failure = std::current_exception();
    status = StepStatus::failed;
  }
  status = agree(status, failure);
  comm_.at("the gradients' sum of step", step);
  sum_.over_ranks(gradients_, gradient_size(shape.shards.front().listed));
  if (as_graph) {
    graphs_[shape].update->launch();
  } else {
    launch_update(shape);
  }
  graphs_[shape].launched = true;

  const int slot = next_slot_;
  next_slot_ = (next_slot_ + 1) % result_slots;
  stream_.copy_out(results_[static_cast<std::size_t>(slot)].data(), output_.data_ptr(), output_bytes(model_.classes()));
  stream_.mark(first_result_slot + slot);
  pending_.push_back({.outcome = {.step = step,
                                  .rows = std::ssize(rows),
                                  .tokens = tokens_in(split, rows),
                                  .lr = adamw_step(step).lr,
                                  .loss = 0,
                                  .grad_norm = 0,
                                  .confusion = {},
                                  .stop = status == StepStatus::stop},
                      .slot = slot,
                      .as_graph = as_graph,
                      .sets_up = sets_up});
  steps_done_ = step;
  if (std::ssize(pending_) < result_slots) return std::nullopt;
  return finish();
}

std::optional<StepOutcome> DeviceTrainer::finish() {
  if (pending_.empty()) return std::nullopt;
  const Pending oldest = pending_.front();
  pending_.pop_front();
  return read(oldest);
}

void DeviceTrainer::wait_for(int slot, std::int64_t step) {
  // The calls are cheap, and the device is rarely far behind: a thread that slept for long would leave it without work.
  const auto start = std::chrono::steady_clock::now();
  while (!stream_.reached(first_result_slot + slot)) {
    if (group_ != nullptr) {
      check_group(step);
      if (std::chrono::steady_clock::now() - start > std::chrono::duration<double>(config_.timeout)) {
        group_->abort();
        throw RankFailure("the gradients' sum of step {} has not ended within {} s", step, config_.timeout);
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
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

/// The library knows its call, not the step.
void DeviceTrainer::check_group(std::int64_t step) {
  try {
    group_->check();
  } catch (const RankFailure& failure) {
    throw RankFailure("the gradients' sum of step {}: {}", step, failure.what());
  }
}

StepOutcome DeviceTrainer::read(Pending pending) {
  wait_for(pending.slot, pending.outcome.step);
  measure(pending);
  const std::byte* memory = results_[static_cast<std::size_t>(pending.slot)].data();
  StepOutcome outcome = std::move(pending.outcome);
  ClipResult clip{};
  std::memcpy(&clip, memory, sizeof clip);
  std::memcpy(&outcome.loss, memory + loss_begin, sizeof outcome.loss);
  outcome.grad_norm = clip.norm;
  outcome.confusion.resize(static_cast<std::size_t>(model_.classes() * model_.classes()));
  std::memcpy(outcome.confusion.data(), memory + confusion_begin, outcome.confusion.size() * sizeof(std::int64_t));
  require_finite(outcome.step, outcome.loss, outcome.grad_norm);
  return outcome;
}

}  // namespace agsweep
