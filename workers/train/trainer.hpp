#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <ATen/ATen.h>

#include "data/corpus.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/device/device_communicator.hpp"
#include "workers/device/workers.hpp"
#include "workers/model/model.hpp"
#include "workers/model/parameters.hpp"
#include "workers/optim/adamw.hpp"
#include "workers/optim/one_cycle.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// What one step did; the same on every rank.
struct StepOutcome {
  std::int64_t step = 0;    // from 1
  std::int64_t rows = 0;    // of the global batch
  std::int64_t tokens = 0;  // of those rows
  double lr = 0;
  double loss = 0;
  double grad_norm = 0;
  std::vector<std::int64_t> confusion;  // [classes * classes], of the global batch, dropout on
  bool stop = false;                    // some rank was asked to stop
};

/// Weights, moments and the step that updates them: forward and backward over the own shards, the gradients' sum, clip, AdamW on the flat
/// buffers. Knows nothing of epochs, files or trials. One for the CPU's threads (HostTrainer), one for a device that the host runs ahead
/// of (DeviceTrainer).
class Trainer {
 public:
  virtual ~Trainer() = default;

  /// Launches one step over the global batch `rows` of `split`.
  ///
  /// Collective over comm.
  /// @param failure  what this rank has met since the step before, so that the group leaves this step together, with the reason
  /// @return the oldest outcome that has not been returned, where it is due: on the CPU this step's, on a device an earlier one's or none
  /// @throws TrialFailure when the loss or the gradient's norm is not finite (the weights are then those before that step); on every rank
  /// the failure of the lowest rank that has one or whose shard threw
  virtual std::optional<StepOutcome> step(const Split& split, std::span<const std::uint32_t> rows, bool stop_requested,
                                          std::exception_ptr failure = nullptr) = 0;
  /// Waits for the oldest step whose outcome has not been returned; nullopt: there is none, and all ranks agree that none has failed.
  ///
  /// Collective over comm. @throws as step()
  virtual std::optional<StepOutcome> finish() { return std::nullopt; }

  /// Whether steps run as recorded graphs; nullopt: not decided yet, or there is no device.
  virtual std::optional<bool> uses_graphs() const { return std::nullopt; }

  /// Rank 0's weights on every rank: start values may differ in their last bits between types of CPU. Collective over comm.
  void broadcast_parameters();

  Workers& workers() { return workers_; }
  std::int64_t steps_done() const { return steps_done_; }  // launched ones
  void set_steps_done(std::int64_t steps) { steps_done_ = steps; }
  /// With all that was put off done: what others may see of the buffers.
  Parameters& settled_parameters() { return settle(), parameters_; }
  at::Tensor& settled_first_moment() { return settle(), first_moment_; }    // [layout.total()] fp32
  at::Tensor& settled_second_moment() { return settle(), second_moment_; }  // [layout.total()] fp32

 protected:
  /// @param total_steps  of the schedule
  Trainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config, std::int64_t total_steps);
  virtual void settle() {}
  /// What AdamW uses in a step, but for clipping's factor.
  AdamWStep adamw_step(std::int64_t step) const;
  /// Ends a step that a rank has failed, on every rank. @param failure  this rank's; null: it did well
  void leave_together(const std::exception_ptr& failure);
  /// @throws TrialFailure naming the step and what is not finite
  static void require_finite(std::int64_t step, double loss, double grad_norm);

  Communicator& comm_;
  Workers& workers_;
  const Model& model_;
  const TrainConfig& config_;
  OneCycle one_cycle_;
  Parameters parameters_;
  at::Tensor first_moment_;
  at::Tensor second_moment_;
  std::int64_t steps_done_ = 0;
};

/// @param group  of the ranks' devices, where they have some and are several
std::unique_ptr<Trainer> make_trainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config,
                                      std::int64_t total_steps, DeviceCommunicator* group = nullptr);

/// Tokens in the rows of a split.
std::int64_t tokens_in(const Split& split, std::span<const std::uint32_t> rows);

}  // namespace agsweep
