#include "orchestrator/confirm/test_trials.hpp"

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/json_file.hpp"
#include "base/seal.hpp"  // PrefixSeal
#include "base/sha256.hpp"
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
    const fs::path predictions = folder / test_predictions_name;
    write_predictions(predictions, model.rows(), prediction);
    nlohmann::json test = to_json(prediction.metrics);
    test["files"] = {
        {predictions.filename().string(), PrefixSeal{.bytes = fs::file_size(predictions), .sha256 = sha256_file(predictions)}}};
    write_file_atomically(folder / test_metrics_name, sealed_json(test.dump(2)));
  });
}

}  // namespace

void test_trials(Communicator& comm, const fs::path& sweep, std::span<const std::int64_t> trials, const fs::path& data,
                 const fs::path& weights) {
  for (const std::int64_t trial : trials) {
    const fs::path folder = trial_folder(sweep, trial);
    std::int64_t tested = 0;  // as rank 0 sees it
    on_rank_zero(comm, [&] { tested = fs::exists(folder / test_metrics_name) && fs::exists(folder / test_predictions_name) ? 1 : 0; });
    comm.all_reduce_max({&tested, 1});
    if (tested == 0) test_trial(comm, folder, data, weights);
  }
}

}  // namespace agsweep
