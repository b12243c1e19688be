#pragma once

#include <vector>

#include "workers/optim/embedding_rows.hpp"
#include "workers/reduce/gradient.hpp"
#include "workers/train/trainer.hpp"

namespace agsweep {

/// A training on the CPU: a shard a thread, their gradients' tree over threads and ranks, the embedding's updates put off until a row is
/// read.
class HostTrainer final : public Trainer {
 public:
  HostTrainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config, std::int64_t total_steps);

  std::optional<StepOutcome> step(const Split& split, std::span<const std::uint32_t> rows, bool stop_requested,
                                  std::exception_ptr failure) override;

 protected:
  void settle() override { embedding_.catch_up_all(workers_.pool()); }

 private:
  void forward_backward(const Split& split, std::span<const std::uint32_t> rows);
  void shard_gradient(const PackedBatch& batch, const ShardStep& step, int worker, Gradient& gradient);
  void update(const Gradient& gradient, const AdamWStep& step);

  EmbeddingRows embedding_;
  std::vector<Gradient> gradients_;  // own shards'
};

/// Makes room in a gradient for a shard with these distinct tokens (none where the embedding is not trained): its views.
GradientTarget host_target(Gradient& gradient, std::vector<std::int32_t> tokens, const Model& model);

}  // namespace agsweep
