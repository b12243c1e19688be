#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace agsweep {

/// A value of steps.csv that two runs do not have in common.
struct StepDifference {
  std::int64_t step = 0;
  std::string column;    // "loss" or "grad_norm"
  std::string recorded;  // as the files spell it
  std::string repeated;
};

/// A tensor of hashes.csv that two runs do not have in common.
struct TensorDifference {
  std::int64_t epoch = 0;
  std::string tensor;
};

/// Two runs, bit for bit, as far as both went.
struct BitComparison {
  std::int64_t steps = 0;                  // that both have
  std::int64_t epochs = 0;                 // whose hashes both have
  std::optional<StepDifference> step;      // the first
  std::optional<TensorDifference> tensor;  // the first

  bool identical() const { return !step && !tensor; }
};

/// Compares loss and gradient norm of each step and the hash of each tensor after each epoch.
/// @throws DataError for a missing or damaged file, and where there is no step to compare
BitComparison compare_bits(const std::filesystem::path& recorded, const std::filesystem::path& repeated);

/// Two runs of which nobody promised the same bits.
struct NearComparison {
  std::vector<std::pair<std::string, double>> metrics;  // "val accuracy of epoch 2": repeated minus recorded
  std::optional<double> weights;  // |repeated - recorded| / |recorded| over all of model.safetensors; none where a file is missing
};

/// Compares accuracy and macro F1 of the best epoch on each split, and the best epoch's weights. @throws DataError for a damaged file
NearComparison compare_nearly(const std::filesystem::path& recorded, const std::filesystem::path& repeated);

}  // namespace agsweep
