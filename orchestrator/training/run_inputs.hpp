#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "base/json.hpp"
#include "data/corpus.hpp"
#include "orchestrator/training/run_plan.hpp"
#include "orchestrator/world/devices.hpp"
#include "orchestrator/world/world.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

/// What identifies a GPT-2 in a folder.
struct BaseFacts {
  std::string weights_sha256;   // of its tensors
  std::string geometry_sha256;  // of its config.json, as gpt2_config_json() writes it
  bool random = false;          // never trained
};

/// What identifies the files that trainings begin with. Each is read once, since a sweep's trials begin with the same. For one thread.
class FileFacts {
 public:
  /// @param weights  a folder, or a safetensors file in it. @throws DataError
  const BaseFacts& base(const std::filesystem::path& weights);
  /// SHA-256 of an --init file; of an adapter folder's tensors. Empty for an empty path. @throws DataError
  const std::string& init_sha256(const std::filesystem::path& init);

 private:
  std::map<std::filesystem::path, BaseFacts> bases_;
  std::map<std::filesystem::path, std::string> inits_;
};

struct RunInputs {
  Corpus corpus;
  RunRecord record;
};

/// What config.toml records of a run that begins now.
RunRecord new_record(const std::filesystem::path& data, const std::string& data_sha256, const CorpusInfo& corpus, const TrainConfig& config,
                     FileFacts& files);

/// @throws DataError when config.weights are not there, or not the GPT-2 that a gpt2-lora run was trained on
void require_recorded_weights(const RunRecord& record, const TrainConfig& config, FileFacts& files);

/// data.h5 for a training. @throws DataError for a damaged corpus, or one without training or validation rows
Corpus read_training_corpus(const std::filesystem::path& data);

/// Checks the corpus of a run that stands there. @throws UsageError for another one by --data; DataError when the recorded one has changed
void require_recorded_data(const RunPlan& plan, const std::string& sha256);

/// Reads data.h5 on every rank, and says what the run is of: what a resumed one recorded, or what config.toml will record.
/// Collective over comm. @param config  for --init
/// @throws DataError for a damaged corpus, or one without training or validation rows
/// @throws as require_recorded_data; DataError for an --init file that is not the resumed run's
RunInputs read_inputs(Communicator& comm, const RunPlan& plan, const TrainConfig& config);

/// Records the GPU on which a run starts or goes on. @return a note for a person where it was another before; may be empty
std::string record_device(const JobDevices& devices, RunRecord& record);

/// The keys of result.json that the trainer does not know.
nlohmann::json environment(const World& world, const JobDevices& devices, const RunRecord& record);

}  // namespace agsweep
