#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/metric.hpp"
#include "workers/run/event_file.hpp"  // HParams
#include "workers/run/reports.hpp"
#include "workers/safetensors/safetensors.hpp"

namespace agsweep {

/// The text files of RUN/ (DESIGN 4): steps.csv, epochs.csv, hashes.csv, log.txt, result.json, TensorBoard events. Only rank 0 has one.
///
/// Rows are flushed to the kernel as written and fsynced by sync(), which a checkpoint calls first, so no row of a finished step is lost.
class RunFolder {
 public:
  struct Options {
    bool tensorboard = true;
    Metric metric = default_metric;  // TensorBoard shows the best so far
    HParams hparams = {};
    bool repair = false;  // a CSV file that its seal does not fit is kept as NAME.damaged, and goes on without its rows
  };

  /// Starts the files, or cuts them back to `resumed_step` and `resumed_epoch` (rows after them go; a new event file begins there): both
  /// are 0 for a new run. log.txt only ever grows. The folder exists; the caller fsyncs it once they are there.
  /// @param seals  what seals() gave there; null where there was none
  /// @throws RunTimeError, as do the methods; DataError for a CSV file that was changed since, before any file is
  RunFolder(const std::filesystem::path& folder, Options options, std::int64_t resumed_step, std::int64_t resumed_epoch,
            const nlohmann::json& seals = nullptr);
  ~RunFolder();

  const std::filesystem::path& path() const;
  void write_step(const StepReport& report);
  void write_epoch(const EpochReport& report);
  void write_hashes(std::int64_t epoch, std::span<const TensorBytes> parameters);
  void log(std::string_view line);  // log.txt, after the UTC time of day
  void sync();
  /// Of what steps.csv, epochs.csv and hashes.csv hold now, by their names: {"steps.csv": {"bytes": .., "sha256": ..}, ..}.
  nlohmann::json seals() const;
  /// result.json, atomically; `result` gets what the file has beside it: "files", the seals, and "seal", its own.
  void write_result(nlohmann::json& result);

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

/// Metrics as result.json spells them.
nlohmann::json to_json(const Metrics& metrics);

}  // namespace agsweep
