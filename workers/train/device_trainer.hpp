#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "workers/device/device_communicator.hpp"
#include "workers/train/device_sum.hpp"
#include "workers/train/graph_choice.hpp"
#include "workers/train/step_batches.hpp"
#include "workers/train/step_input.hpp"
#include "workers/train/step_results.hpp"
#include "workers/train/trainer.hpp"

namespace agsweep {

/// A training on a device, whose host launches step k + 1 before it reads what step k gave. Everything that a step needs goes to the device
/// in one copy, everything that it gives comes back in one; between them nothing waits for the host.
///
/// Batches are cut to few sizes (tokens in blocks of 512), so that a graph recorded once serves many steps; without graphs the same sizes
/// are used, so that graphs never change a result.
class DeviceTrainer final : public Trainer {
 public:
  /// @param group  the ranks' devices; null: this rank is alone
  DeviceTrainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config, std::int64_t total_steps,
                DeviceCommunicator* group = nullptr);

  std::optional<StepOutcome> step(const Split& split, std::span<const std::uint32_t> rows, bool stop_requested,
                                  std::exception_ptr failure) override;
  std::optional<StepOutcome> finish() override;
  std::optional<bool> uses_graphs() const override { return choice_.decided(); }

 private:
  /// The launches of a step before and behind the sum over the ranks.
  struct Graphs {
    bool launched = false;  // once without a graph, so that every library is set up
    std::unique_ptr<DeviceGraph> gradients;
    std::unique_ptr<DeviceGraph> update;
  };
  /// A step whose own shards are on their way.
  struct Launched {
    StepShape shape;
    Graphs* graphs = nullptr;  // of the shape
    bool as_graph = false;
    bool sets_up = true;  // the first of its size, or a graph was recorded
  };
  /// A step that was launched and not read.
  struct Pending {
    StepOutcome outcome;  // without what the device gives
    int slot;
    bool as_graph;
    bool sets_up;
  };

  Launched launch_own_shards(const Split& split, std::span<const std::uint32_t> rows, std::int64_t step);
  void reserve(const StepShape& shape);
  bool record(const StepShape& shape, Graphs& graphs);
  void upload(const StepShape& shape, std::int64_t step);
  void launch_gradients(const StepShape& shape);
  void launch_update(const StepShape& shape);
  void launch_total(const Launched& launched);
  bool agree(bool stop_requested, const std::exception_ptr& failure);
  void require_finite_outcome(const StepOutcome& outcome);
  void leave(const std::exception_ptr& failure);
  StepOutcome read_oldest();
  void wait_for(int slot);
  void measure(const Pending& pending);
  std::int64_t gradient_size(std::int64_t listed) const;
  bool trains_embedding() const { return model_.layout().embedding_rows() > 0; }

  DeviceStream& stream_;
  DeviceCommunicator* group_;
  ShardRange own_shards_;
  StepBatches batches_;  // of the step under way
  StepInput input_;
  DeviceSum sum_;
  StepResults results_;
  std::vector<ShardGradient> gradients_;  // a shard each; the first becomes the total, and its loss and confusion stand in results_
  at::Tensor gradient_row_;               // [embedding rows] int32: which listed row holds a row's gradient, or -1
  std::map<StepShape, Graphs> graphs_;
  GraphChoice choice_;
  std::chrono::steady_clock::time_point last_read_ = std::chrono::steady_clock::now();
  bool last_set_up_ = true;  // the step that was read last did; its successor was launched meanwhile
  std::deque<Pending> pending_;
};

}  // namespace agsweep
