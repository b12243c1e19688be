#pragma once

#include <cstdint>
#include <exception>
#include <span>
#include <string>

#include "base/json.hpp"
#include "workers/model/model.hpp"
#include "workers/run/run_folder.hpp"
#include "workers/train/progress_state.hpp"
#include "workers/train/train.hpp"

namespace agsweep {

/// What a training leaves in RUN/ beside its checkpoints, and what its observer hears of it. On rank 0 alone.
///
/// The observer's before_write() comes before each change of a file. @throws RunTimeError where a method does not say otherwise
class TrainingRecord {
 public:
  /// Makes RUN/ where it is missing, writes config.toml, and starts the other files, or cuts them back to where `progress` stands.
  /// @throws DataError, before anything is written, for files that the seals of `progress` do not fit
  TrainingRecord(const TrainConfig& config, const RunIdentity& run, TrainObserver& observer, const ProgressState& progress,
                 std::int64_t total_steps);

  void say(const std::string& line);  // in log.txt, and to the observer
  /// Throws nothing: the other ranks are already on their way to the next step. failure() has it, and sync() throws it.
  void write_step(const StepReport& report);
  std::exception_ptr failure() const { return step_failure_; }
  /// @param parameters  the weights at its end, for hashes.csv
  void write_epoch(const EpochReport& report, std::span<const TensorBytes> parameters);
  void announce_epoch(const EpochReport& report);  // when its checkpoint is on the disk
  /// model.safetensors, unless it holds this epoch already.
  void write_weights(std::int64_t epoch, std::span<const TensorBytes> weights);
  /// A checkpoint's rows are on the disk before it is. @return ProgressState::seals
  nlohmann::json sync();
  void write_result(nlohmann::json& result);  // as RunFolder has it

 private:
  const TrainConfig& config_;
  const RunIdentity& identity_;
  TrainObserver& observer_;
  std::int64_t total_steps_;
  RunFolder folder_;
  std::int64_t written_epoch_ = 0;  // whose weights model.safetensors holds; 0: it is to be written again
  std::exception_ptr step_failure_;
};

/// result.json of a training that stands at `progress`; "ended" and what all ranks must add up is for the caller to add, as are the last
/// passes' metrics, which are null here.
/// @param error  null, or why it failed
nlohmann::json training_result(const TrainConfig& config, const RunIdentity& run, const ProgressState& progress, const Model& model,
                               const char* status, const nlohmann::json& error);

}  // namespace agsweep
