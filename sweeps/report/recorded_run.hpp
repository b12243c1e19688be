#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/metric.hpp"

namespace agsweep {

/// A split's metrics after an epoch, in the order of Metric.
using MetricRow = std::array<double, enum_words<Metric>.size()>;

/// What RUN/epochs.csv says, epoch by epoch from the first. Training figures are running ones: dropout on, weights changing.
struct EpochTable {
  std::vector<MetricRow> train;
  std::vector<MetricRow> val;
  double seconds = 0;  // of all rows
};

/// Reads as many whole epochs as there are; a missing or damaged file has the ones before the damage. A running trial may be writing it.
/// @param result  result.json of a run that has ended, which seals the rows; null where there is none
/// @throws DataError for other rows
EpochTable read_epoch_table(const std::filesystem::path& path, const nlohmann::json& result = nullptr);

/// What RUN/config.toml records of the corpus and the weights.
struct RecordedRun {
  std::string data;  // the corpus's path as it was given
  std::vector<std::string> class_names;
  bool synthetic = false;          // the corpus is made up
  std::int64_t max_length = 0;     // tokens of a row, at most; 0: not recorded
  bool random_base = false;        // the GPT-2 underneath was never trained
  std::int64_t batch_size = 0;     // rows; 0: not recorded
  std::int64_t warmup_steps = -1;  // -1: not recorded
};

/// Says whether a run's config.toml is as the run began with it, which the options' owner knows. @throws DataError where it is not
using RunCheck = std::function<void(const std::filesystem::path& run)>;

/// @return empty for a missing or damaged file
RecordedRun read_recorded_run(const std::filesystem::path& path);

}  // namespace agsweep
