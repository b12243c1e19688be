#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

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
  };

  /// Starts the files, or cuts them back to `resumed_step` and `resumed_epoch` (rows after them go; a new event file begins there): both
  /// are 0 for a new run. log.txt only ever grows. The folder exists; the caller fsyncs it once they are there. @throws RunTimeError, as do
  /// the methods
  RunFolder(const std::filesystem::path& folder, Options options, std::int64_t resumed_step, std::int64_t resumed_epoch);
  ~RunFolder();

  const std::filesystem::path& path() const;
  void write_step(const StepReport& report);
  void write_epoch(const EpochReport& report);
  void write_hashes(std::int64_t epoch, std::span<const TensorBytes> parameters);
  void log(std::string_view line);  // log.txt, after the UTC time of day
  void sync();
  void write_result(const nlohmann::json& result);  // result.json, atomically

 private:
  struct Files;
  std::unique_ptr<Files> files_;
};

/// Metrics as result.json spells them.
nlohmann::json to_json(const Metrics& metrics);

}  // namespace agsweep
