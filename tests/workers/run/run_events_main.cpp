// run_events FOLDER: makes the run folder that stdin describes, for event_file_test.py. Its lines:
//   open STEP EPOCH           (resumed there; 0 0 for a new run)
//   step STEP LR LOSS GRAD_NORM
//   epoch EPOCH STEP LOSS ACCURACY F1_MACRO F1_WEIGHTED PRECISION_MACRO RECALL_MACRO
#include <cstdio>  // std::fputs
#include <exception>
#include <iostream>
#include <optional>

#include "workers/run/run_folder.hpp"

int main(int argc, char** argv) try {
  if (argc != 2) return 2;
  std::optional<agsweep::RunFolder> run;
  for (std::string line; std::cin >> line;) {
    if (line == "open") {
      std::int64_t step = 0, epoch = 0;
      std::cin >> step >> epoch;
      run.reset();
      run.emplace(argv[1], agsweep::RunFolder::Options{.tensorboard = true}, step, epoch);
    } else if (line == "step") {
      agsweep::StepReport report;
      std::cin >> report.step >> report.lr >> report.loss >> report.grad_norm;
      run.value().write_step(report);
    } else {
      agsweep::EpochReport report;
      agsweep::Metrics& val = report.val;
      std::cin >> report.epoch >> report.step >> val.loss >> val.accuracy >> val.f1_macro >> val.f1_weighted >> val.precision_macro >>
          val.recall_macro;
      run.value().write_epoch(report);
    }
  }
  return 0;
} catch (const std::exception& error) {
  std::fputs(error.what(), stderr);
  return 1;
}
