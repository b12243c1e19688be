#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "base/json.hpp"
#include "data/corpus.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/device/compute_place.hpp"
#include "workers/metrics/metrics.hpp"
#include "workers/run/event_file.hpp"  // HParams
#include "workers/run/reports.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// Weights that the trainings of a process have in common.
class SharedWeights;

/// @param keeps_start_values  as SharedWeights has it
std::shared_ptr<SharedWeights> make_shared_weights(bool keeps_start_values);

/// Reads what a training begins with, a GPT-2 or an --init file, so that it does not fail of that.
/// @param shared  keeps what was read. @throws DataError, UsageError as train()
void try_start(const Corpus& corpus, SharedWeights& shared, const ComputePlace& place, const TrainConfig& config);

enum class TrainStatus { done, interrupted };  // interrupted: with a checkpoint, by a signal or by after_epoch()

/// leave: the training ends as by a signal.
enum class AfterEpoch { go_on, leave };

/// What a training tells whoever started it. Called on rank 0 only.
class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  /// Before the first step: how much there is to do, and what has been done already by the run that is resumed.
  virtual void on_start(std::int64_t total_steps, std::int64_t steps_per_epoch, std::int64_t done_steps) = 0;
  virtual void on_step(const StepReport& report) = 0;
  virtual void on_evaluation(std::string_view split, std::int64_t done_batches, std::int64_t batches) = 0;
  virtual void on_epoch(const EpochReport& report) = 0;
  virtual void on_message(std::string_view line) = 0;  // for a person: resumed at step N, a generation was damaged, stopped early ...
  /// Before files of RUN/ change; may throw, or end the process, where the folder is not the run's any more. Cheap: each step calls it.
  virtual void before_write() {}

  /// Whether model.safetensors is written after each epoch that is the best so far; else at the end. The checkpoint has those weights too.
  virtual bool saves_each_best() { return true; }
  /// Whether to write it at the end, where it is out of date.
  virtual bool keeps_weights(TrainStatus /*end*/) { return true; }

  /// What follows an epoch, when its checkpoint is on the disk. A resumed run asks again: for its last epoch, and for each that its
  /// checkpoint has behind it beyond answered_epochs().
  /// @param value  of the run's metric on val
  /// @return nullopt while there is no answer: then it is asked again, so it should itself wait for a moment, below a second
  virtual std::optional<AfterEpoch> after_epoch(std::int64_t /*epoch*/, double /*value*/) { return AfterEpoch::go_on; }
  /// How many epochs were answered before this process began, as whoever answers knows it.
  virtual std::int64_t answered_epochs() { return std::numeric_limits<std::int64_t>::max(); }
};

struct TrainOutcome {
  TrainStatus status = TrainStatus::done;
  nlohmann::json result;  // as written to result.json
};

/// What identifies a run beside its configuration; goes into result.json.
struct RunIdentity {
  std::filesystem::path folder;  // RUN/; made where it is missing
  std::string config;            // config.toml's text
  std::string config_seal;       // what checkpoints and result.json keep of it
  std::string command;           // the command line, for result.json
  std::string config_hash;
  std::string data_sha256;
  nlohmann::json environment;  // hosts, versions, slurm_job_id, ...: further keys of result.json
  HParams hparams = {};        // for TensorBoard
  bool repair = false;         // as RunFolder::Options has it
  bool test_split = true;      // evaluate the best weights on test at the end (a sweep's trials never do)
  std::string note;            // for a person, when the training starts or goes on; may be empty
};

/// One data-parallel training from start (or checkpoint) to result.json. RUN/ is this run's own. Nothing is written before the model and
/// its start values are there.
///
/// Collective over comm.
/// @param stop  polled before each step: true on any rank makes all ranks finish the same step, checkpoint and return `interrupted`
/// @throws TrialFailure after writing result.json with status failed; RankFailure; DataError for unfit --weights, --init or checkpoint, or
/// files of RUN/ that the checkpoint's seals do not fit;
/// UsageError for options that do not fit the model (a LoRA rank above its dimensions, another rank than the --init adapter's)
TrainOutcome train(Communicator& comm, const Corpus& corpus, SharedWeights& shared, const ComputePlace& place, const TrainConfig& config,
                   const RunIdentity& run, TrainObserver& observer, const std::atomic<bool>& stop);

}  // namespace agsweep
