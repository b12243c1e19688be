#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "sweeps/report/reported_sweep.hpp"

namespace agsweep {

/// What was spent to choose a configuration, before it was trained anew. All 0: it was not chosen by a search.
struct TuningBudget {
  std::int64_t trials = 0;
  std::int64_t epochs = 0;    // of all trials together: what budgets are compared by, since hours depend on the machine
  double device_seconds = 0;  // a device is what one rank trains on
};

/// A training of the configuration under one seed.
struct TestedRun {
  std::int64_t seed = 0;
  const TrialResults* trial = nullptr;       // in TestedModel::sweep
  nlohmann::json test = {};                  // test.json: the metrics of its best epoch's weights on the test split
  std::vector<std::uint8_t> labels = {};     // [rows] of the test split
  std::vector<std::uint8_t> predicted = {};  // [rows]
};

/// A configuration that was trained with several seeds and tested: what `confirm` and `reproduce` leave, and `compare` reads.
struct TestedModel {
  std::string name;
  ReportedSweep sweep;          // its folder
  std::vector<TestedRun> runs;  // by seed; those that were tested
  TuningBudget tuning;

  std::size_t classes() const { return sweep.recorded.class_names.size(); }
};

/// The files beside a sweep's own.
inline constexpr std::string_view test_predictions_name = "predictions_test.csv";  // in trials/NNNN, with test.json
inline constexpr std::string_view confirmation_name = "confirm.json";              // in the sweep's folder

/// The sweep's best configuration, by the mean of the metric over its seeds: of those that are complete under every seed, or where none is,
/// of all; nullptr where none has a complete trial. A training that diverges under some seeds is not chosen for the others' luck.
const RankedConfiguration* chosen_configuration(const ReportedSweep& sweep);

/// Its complete trials, by seed: those that may be tested.
/// @param sweep  outlives what is returned
std::vector<const TrialResults*> chosen_trials(const ReportedSweep& sweep);
std::vector<const TrialResults*> chosen_trials(const ReportedSweep&& sweep) = delete;

/// Reads a folder of `confirm`, or one training's folder of `reproduce`. @throws DataError naming the file that is missing or damaged
TestedModel read_tested_model(const std::filesystem::path& folder, std::string name, const RunCheck& check);

/// "tuned over 24 trials, 100 epochs, 3.2 device-hours", or that it was not tuned.
std::string budget_text(const TuningBudget& tuning);

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TuningBudget, trials, epochs, device_seconds)

}  // namespace agsweep
