#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "sweeps/aggregate/aggregate.hpp"
#include "sweeps/report/recorded_run.hpp"

namespace agsweep {

/// One epoch of one trial, as the journal has it.
struct SpentEpoch {
  std::int64_t trial = 0;
  double value = 0;  // the metric after it
};

/// A sweep with all that a report says of it.
struct ReportedSweep {
  std::string name;  // of files and of places in the page: "sweep1"
  SweepResults results;
  AggregatedRanking ranked;                   // this sweep's trials alone
  std::vector<std::string> remarks;           // what a reader should know beside the numbers
  std::vector<SpentEpoch> spent;              // in the order in which the journal got to know
  std::map<std::int64_t, EpochTable> epochs;  // by trial; those that have one
  RecordedRun recorded;                       // of the first trial that has one
  std::int64_t workers = 0;                   // trials that could train at once; 0: not recorded
  std::string first_start;                    // UTC; empty before the first trial
  std::string last_end;                       // of the trials that have ended
};

/// The sweep as it is ranked by itself; the other fields are left to the caller.
ReportedSweep reported_sweep(SweepResults results, std::string name);

/// Reads a sweep's folder, also while it runs. @throws DataError as read_sweep, and for a damaged file of a trial
ReportedSweep read_reported_sweep(const std::filesystem::path& folder, std::string name, const RunCheck& check);

/// The trials that have a value, best first: complete ones, then the others but for the failed; ties go to the lower number.
std::vector<const TrialResults*> best_first(const SweepResults& sweep);

/// The trial that stands for the sweep: of the best configuration's seeds the best, or where no trial has ended the best so far; nullptr
/// where no trial has a value.
const TrialResults* best_trial(const ReportedSweep& sweep);

/// Training and evaluation, from result.json, or from epochs.csv where there is none yet.
double seconds_of(const ReportedSweep& sweep, const TrialResults& trial);

}  // namespace agsweep
