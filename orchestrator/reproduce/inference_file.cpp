#include "orchestrator/reproduce/inference_file.hpp"

#include "base/file.hpp"
#include "base/json_file.hpp"
#include "orchestrator/options/config_file.hpp"  // check_run
#include "orchestrator/training/loaded_model.hpp"
#include "sweeps/comparison/tested_model.hpp"  // chosen_trials
#include "workers/train/measure_inference.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr const char* file_name = "inference.json";

nlohmann::json to_json(const InferenceMeasurement& measured) {
  nlohmann::json json = {{"startup_seconds", measured.startup_seconds},
                         {"rows_per_second", measured.rows_per_second},
                         {"resident_bytes", measured.resident_bytes},
                         {"device_bytes", measured.device_bytes}};
  for (const CallLatency& one : measured.batches) {
    json["batches"].push_back({{"rows", one.rows}, {"calls", one.calls}, {"p50", one.p50}, {"p95", one.p95}, {"p99", one.p99}});
  }
  return json;
}

}  // namespace

void write_inference_file(Communicator& comm, const fs::path& sweep, const fs::path& data, const fs::path& weights, int threads,
                          double seconds) {
  fs::path run;  // empty: nothing to measure; as rank 0 sees it
  on_rank_zero(comm, [&] {
    const ReportedSweep arm = read_reported_sweep(sweep, "arm", check_run);
    const std::vector<const TrialResults*> trials = chosen_trials(arm);
    if (!trials.empty() && !fs::exists(sweep / file_name)) run = trials.front()->folder;
  });
  std::string shared = run.string();
  broadcast_text(comm, shared);
  if (shared.empty()) return;

  LoadedModel model = load_model(comm, shared, weights, data, "test");
  if (threads > 0) model.stored.config.threads = threads;
  on_rank_zero(comm, [&] {
    std::int64_t calls = 0;
    const StoredModel& stored = model.stored;
    nlohmann::json json = to_json(model.devices.torch.measure_inference(
        model.rows(), stored.classes, stored.config, model.devices.place, stored.trained,
        [&] { comm.at("the measurement of inference", ++calls); }, seconds));
    json["device"] = model.devices.facts.at("device_name");
    json["threads"] = stored.config.threads;
    write_file_atomically(sweep / file_name, sealed_json(json.dump(2)));
  });
}

std::optional<nlohmann::json> read_inference_file(const fs::path& sweep) {
  const fs::path path = sweep / file_name;
  if (!fs::exists(path)) return std::nullopt;
  nlohmann::json measured = read_sealed_json(path, "put it back as it was, or remove it: then --resume measures anew");
  measured.erase("seal");
  return measured;
}

}  // namespace agsweep
