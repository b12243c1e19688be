#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "workers/device/device_communicator.hpp"
#include "workers/reduce/reduce.hpp"  // StepStatus
#include "workers/train/device_sum.hpp"
#include "workers/train/graph_choice.hpp"
#include "workers/train/step_input.hpp"
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
  /// What a step's launches depend on beside the memory's content: the sizes of the own shards' batches, and the global batch's rows.
  struct StepShape {
    std::vector<BatchShape> shards;
    std::int64_t batch_rows = 0;
    auto operator<=>(const StepShape&) const = default;
  };
  /// The launches of a step before and behind the sum over the ranks.
  struct Graphs {
    bool launched = false;  // once without a graph, so that every library is set up
    std::unique_ptr<DeviceGraph> gradients;
    std::unique_ptr<DeviceGraph> update;
  };
  /// A step that was launched and not read.
  struct Pending {
    StepOutcome outcome;  // without what the device gives
    int slot;
    bool as_graph;
    bool sets_up;  // the first of its size, or a graph was recorded
  };

  StepShape pack_step(const Split& split, std::span<const std::uint32_t> rows);
  void upload(const StepShape& shape, std::int64_t step);
  void compute(const StepShape& shape, bool as_graph);
  bool record(const StepShape& shape);
  void launch_gradients(const StepShape& shape);
  void launch_update(const StepShape& shape);
  void reserve(const StepShape& shape);
  StepStatus agree(StepStatus status, std::exception_ptr failure);
  StepOutcome read(Pending pending);
  void measure(const Pending& pending);
  void check_group(std::int64_t step);
  void wait_for(int slot, std::int64_t step);
  std::int64_t gradient_size(std::int64_t listed) const;
  bool trains_embedding() const { return model_.layout().embedding_rows() > 0; }

  DeviceStream& stream_;
  DeviceCommunicator* group_;
  DeviceSum sum_;
  StepInput input_;
  std::int64_t first_shard_;
  std::vector<PackedBatch> batches_;  // own shards' of the step under way
  std::vector<std::int32_t> listed_;  // tokens of the global batch, ascending
  std::vector<ShardGradient> gradients_;
  at::Tensor gradient_row_;                    // [embedding rows] int32: which listed row holds a row's gradient, or -1
  at::Tensor output_;                          // what a step gives, bytes: ClipResult, and the total's loss and confusion
  std::vector<std::span<std::byte>> results_;  // the host's copies of it, one for each step under way
  std::map<StepShape, Graphs> graphs_;
  GraphChoice choice_;
  std::chrono::steady_clock::time_point last_read_ = std::chrono::steady_clock::now();
  bool last_set_up_ = true;  // the step that was read last did; its successor was launched meanwhile
  std::deque<Pending> pending_;
  int next_slot_ = 0;
};

}  // namespace agsweep
