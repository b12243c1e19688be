#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <vector>

#include <ATen/ATen.h>

#include "data/corpus.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/model/model.hpp"
#include "workers/model/parameters.hpp"
#include "workers/model/workspace.hpp"
#include "workers/optim/adamw.hpp"
#include "workers/optim/embedding_rows.hpp"
#include "workers/optim/one_cycle.hpp"
#include "workers/reduce/gradient.hpp"
#include "workers/reduce/step_status.hpp"
#include "workers/thread_pool.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// A rank's threads, each with single-threaded ATen and memory of its own.
class Workers {
 public:
  explicit Workers(int threads);
  ThreadPool& pool() { return pool_; }
  Workspace& workspace(int worker) { return workspaces_[static_cast<std::size_t>(worker)]; }

 private:
  ThreadPool pool_;
  std::vector<Workspace> workspaces_;
};

/// What one step did; the same on every rank.
struct StepOutcome {
  double lr = 0;
  double loss = 0;
  double grad_norm = 0;
  std::vector<std::int64_t> confusion;  // [classes * classes], of the global batch, dropout on
  bool stop = false;                    // some rank was asked to stop
};

/// Weights, moments and the step that updates them: shards on threads, their gradients' tree, clip, AdamW on the flat buffers.
/// Knows nothing of epochs, files or trials.
class Trainer {
 public:
  /// @param total_steps  of the schedule
  Trainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config, std::int64_t total_steps);

  /// One step over the global batch `rows` of `split`.
  ///
  /// Collective over comm.
  /// @param failure  what this rank has met since the step before, so that the group leaves this step together, with the reason
  /// @throws TrialFailure when the loss or the gradient's norm is not finite; on every rank the failure of the lowest rank that has one or
  /// whose shard threw
  StepOutcome step(const Split& split, std::span<const std::uint32_t> rows, bool stop_requested, std::exception_ptr failure = nullptr);

  /// Rank 0's weights on every rank: start values may differ in their last bits between types of CPU. Collective over comm.
  void broadcast_parameters();

  std::int64_t steps_done() const { return steps_done_; }
  void set_steps_done(std::int64_t steps) { steps_done_ = steps; }
  Parameters& parameters() { return settled(parameters_); }
  at::Tensor& first_moment() { return settled(first_moment_); }    // [layout.total()] fp32
  at::Tensor& second_moment() { return settled(second_moment_); }  // [layout.total()] fp32

 private:
  void forward_backward(const Split& split, std::span<const std::uint32_t> rows);
  void update(const Gradient& gradient, const AdamWStep& step);
  /// What others see of the buffers: with every row of the embedding as far as the steps.
  template <typename T>
  T& settled(T& buffer) {
    embedding_.catch_up_all(workers_.pool());
    return buffer;
  }

  Communicator& comm_;
  Workers& workers_;
  const Model& model_;
  const TrainConfig& config_;
  OneCycle one_cycle_;
  Parameters parameters_;
  at::Tensor first_moment_;
  at::Tensor second_moment_;
  EmbeddingRows embedding_;
  std::vector<Gradient> gradients_;  // own shards'
  std::int64_t steps_done_ = 0;
};

}  // namespace agsweep
