#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <vector>

#include <ATen/ATen.h>

#include "workers/run/checkpoint.hpp"
#include "workers/train/evaluate.hpp"
#include "workers/train/progress_state.hpp"
#include "workers/train/train.hpp"
#include "workers/train/trainer.hpp"
#include "workers/train/training_record.hpp"

namespace agsweep {

/// train()'s way from the first step to result.json: the order of epochs, evaluation, early stopping, checkpoints and records.
class TrainingRun {
 public:
  TrainingRun(Communicator& comm, const Corpus& corpus, SharedWeights& shared, const ComputePlace& place, const TrainConfig& config,
              const RunIdentity& run, TrainObserver& observer, const std::atomic<bool>& stop);

  /// Collective over comm. @throws as train() says
  TrainOutcome run();

 private:
  class Stopwatch {
   public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

   private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  };

  void require_no_weights() const;
  void start();
  bool train_epoch();
  bool step();
  bool finish_steps();
  bool record(const StepOutcome& outcome);
  void end_epoch();
  bool stop_after_epoch(std::int64_t epoch);
  bool stop_after_resumed_epochs();
  void save();
  void write_best();
  bool done() const;
  nlohmann::json result(const char* status, const nlohmann::json& error);
  void add_final_metrics(nlohmann::json& result);
  Evaluation evaluate_split(const Split& split, std::span<const std::uint32_t> rows, std::string_view split_name, std::string_view name,
                            const std::atomic<bool>* stop);
  void write_result(nlohmann::json& result, std::optional<TrainStatus> end);
  void say(const std::string& line);

  Communicator& comm_;
  const Corpus& corpus_;
  const TrainConfig& config_;
  const RunIdentity& identity_;
  SharedWeights& shared_;
  TrainObserver& observer_;
  const std::atomic<bool>& stop_;

  std::vector<std::uint32_t> train_rows_;
  std::vector<std::uint32_t> val_rows_;
  std::int64_t steps_per_epoch_;
  std::int64_t total_steps_;
  std::unique_ptr<Workers> workers_;
  std::unique_ptr<const Model> model_;
  std::unique_ptr<DeviceCommunicator> device_group_;
  std::unique_ptr<Trainer> trainer_;
  double peak_tokens_per_second_ = 0;  // which the group's devices would reach at their peak; 0: not known
  at::Tensor best_;                    // [layout.total()], the best epoch's weights
  ProgressState state_;
  CheckpointStore checkpoints_;
  std::optional<TrainingRecord> record_;  // rank 0 alone
  Stopwatch step_watch_;                  // since the step under way began
  std::vector<std::uint32_t> order_;      // of the epoch under way
  std::int64_t launched_ = 0;             // its batches; state_.epoch_batch counts those whose outcome is known
};

}  // namespace agsweep
