// run_events FOLDER: makes the run folder that stdin describes, for event_file_test.py. Its lines:
//   open STEP EPOCH           (resumed there; 0 0 for a new run)
//   session NAME KEY NUMBER   (of the runs that are opened from here on)
//   end STATUS                (result.json's)
//   step STEP LR LOSS GRAD_NORM
//   epoch EPOCH STEP LOSS ACCURACY F1_MACRO F1_WEIGHTED PRECISION_MACRO RECALL_MACRO BEST_F1_MACRO
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/helper_program.hpp"
#include "workers/run/run_folder.hpp"

namespace {

void make_run(const std::string& folder) {
  std::optional<agsweep::RunFolder> run;
  agsweep::HParams hparams;
  for (std::string line; std::cin >> line;) {
    if (line == "open") {
      std::int64_t step = 0, epoch = 0;
      std::cin >> step >> epoch;
      run.reset();
      run.emplace(folder, agsweep::RunFolder::Options{.tensorboard = true, .hparams = hparams}, step, epoch);
    } else if (line == "session") {
      std::string key;
      double number = 0;
      std::cin >> hparams.name >> key >> number;
      hparams.values = {{key, number}, {"batch_size", std::int64_t{64}}, {"rslora", true}, {"lora_alpha", "2r"}};
    } else if (line == "end") {
      nlohmann::json result;
      std::cin >> line;
      result["status"] = line;
      run.value().write_result(result);
    } else if (line == "step") {
      agsweep::StepReport report;
      std::cin >> report.step >> report.lr >> report.loss >> report.grad_norm;
      run.value().write_step(report);
    } else {
      agsweep::EpochReport report;
      agsweep::Metrics& val = report.val;
      std::cin >> report.epoch >> report.step >> val.loss >> val.accuracy >> val.f1_macro >> val.f1_weighted >> val.precision_macro >>
          val.recall_macro >> report.best_value;
      run.value().write_epoch(report);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  return agsweep::testing_support::run_helper(
      argc, argv, [](const std::vector<std::string>& words) { return words.size() == 1 && (make_run(words[0]), true); });
}
