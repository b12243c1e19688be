#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <vector>

#include <ATen/ATen.h>

#include "workers/run/checkpoint.hpp"
#include "workers/run/run_folder.hpp"
#include "workers/train/evaluate.hpp"
#include "workers/train/progress_state.hpp"
#include "workers/train/train.hpp"
#include "workers/train/trainer.hpp"

namespace agsweep {

/// train()'s way from the first step to result.json: epochs, evaluation, early stopping, checkpoints, the run's files.
class TrainingRun {
 public:
  TrainingRun(Communicator& comm, const Corpus& corpus, SharedWeights& shared, const TrainConfig& config, const RunIdentity& run,
              TrainObserver& observer, const std::atomic<bool>& stop);

  /// Collective over comm. @throws as train() says
  TrainOutcome run();

 private:
  void start();
  bool train_epoch();
  bool step();
  bool stop_after_epoch();
  void write_step(const StepReport& report);
  void report_step(const StepOutcome& outcome, double tokens_per_second);
  void end_epoch();
  void save();
  bool stopped_early() const;
  bool done() const;
  void save_best();
  nlohmann::json result(const char* status, const nlohmann::json& error);
  void write_result(nlohmann::json& result, std::optional<TrainStatus> end);
  void add_final_metrics(nlohmann::json& result);
  Metrics train_metrics(std::string_view name);
  EvaluationProgress evaluation_progress(std::string_view split);
  void say(const std::string& line);
  bool is_rank_zero() const { return comm_.rank() == 0; }

  Communicator& comm_;
  const Corpus& corpus_;
  const TrainConfig& config_;
  const RunIdentity& identity_;
  SharedWeights& shared_;
  TrainObserver& observer_;
  const std::atomic<bool>& stop_;

  std::vector<std::uint32_t> train_rows_;
  std::int64_t steps_per_epoch_;
  std::int64_t total_steps_;
  std::unique_ptr<const Model> model_;
  Workers workers_;
  Trainer trainer_;
  at::Tensor best_;  // [layout.total()], the best epoch's weights
  ProgressState state_;
  CheckpointStore checkpoints_;
  std::optional<RunFolder> folder_;   // rank 0 alone
  bool best_saved_ = true;            // model.safetensors holds best_
  std::exception_ptr write_failure_;  // of a step's rows, on rank 0: the next step tells the others
  std::vector<std::uint32_t> order_;  // of the epoch under way
};

}  // namespace agsweep
