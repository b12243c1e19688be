#pragma once

#include <nlohmann/json.hpp>

#include "data/corpus.hpp"
#include "orchestrator/training/file_facts.hpp"
#include "orchestrator/training/run_plan.hpp"
#include "orchestrator/world/devices.hpp"
#include "orchestrator/world/world.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

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

/// The keys of result.json that the trainer does not know.
nlohmann::json environment(const World& world, const JobDevices& devices, const RunRecord& record);

}  // namespace agsweep
