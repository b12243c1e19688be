#include "orchestrator/confirm/test_trials.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "orchestrator/training/loaded_model.hpp"
#include "sweeps/aggregate/sweep_results.hpp"  // trial_folder
#include "sweeps/comparison/tested_model.hpp"  // names of files
#include "workers/run/run_folder.hpp"          // to_json(Metrics)

namespace agsweep {

namespace fs = std::filesystem;

namespace {

void test_trial(Communicator& comm, const fs::path& folder, const fs::path& data, const fs::path& weights) {
  const LoadedModel model = load_model(comm, folder, weights, data, "test");
  const Prediction prediction = predict_split(comm, model, fmt::format("test {}", folder.string()));
  on_rank_zero(comm, [&] {
    write_predictions(folder / test_predictions_name, model.rows(), prediction);
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
