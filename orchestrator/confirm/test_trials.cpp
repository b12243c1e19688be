#include "orchestrator/confirm/test_trials.hpp"

#include <unistd.h>

#include <iostream>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/system.hpp"
#include "orchestrator/sweep/trial_files.hpp"  // trial_folder
#include "orchestrator/terminal/progress_display.hpp"
#include "orchestrator/training/stored_model.hpp"
#include "orchestrator/world/devices.hpp"
#include "sweeps/comparison/tested_model.hpp"  // names of files
#include "workers/run/run_folder.hpp"          // to_json(Metrics)
#include "workers/train/predict.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

void test_trial(Communicator& comm, const fs::path& folder, const fs::path& data, const fs::path& weights) {
  StoredModel model;
  Corpus corpus;
  together(comm, [&] {
    model = read_stored_model(folder, weights);
    corpus = read_fitting_corpus(data, "test", model);
  });
  const World world = survey(comm);
  model.config.threads = world.facts(0).cpus;
  const JobDevices devices = devices_of_model(comm, world, model.config.device);
  ProgressDisplay display(std::cerr, ProgressStyle::of(STDERR_FILENO), steady_seconds);
  bool begun = false;
  const Prediction prediction =
      predict(comm, corpus.test, model.classes, model.config, devices.place, model.trained, [&](std::int64_t done, std::int64_t batches) {
        if (!std::exchange(begun, true)) display.begin(fmt::format("test {}", folder.string()), "batches", batches);
        display.update(done);
      });
  on_rank_zero(comm, [&] {
    write_predictions(folder / test_predictions_name, corpus.test, prediction);
    write_file_atomically(folder / test_metrics_name, to_json(prediction.metrics).dump(2) + "\n");
  });
}

}  // namespace

void test_trials(Communicator& comm, const fs::path& sweep, std::span<const std::int64_t> trials, const fs::path& data,
                 const fs::path& weights) {
  for (const std::int64_t trial : trials) {
    const fs::path folder = trial_folder(sweep, trial);
    std::int64_t tested = 0;  // as rank 0 sees it
    on_rank_zero(comm, [&] { tested = fs::exists(folder / test_metrics_name) ? 1 : 0; });
    comm.all_reduce_max({&tested, 1});
    if (tested == 0) test_trial(comm, folder, data, weights);
  }
}

}  // namespace agsweep
