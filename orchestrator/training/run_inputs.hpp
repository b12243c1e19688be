#pragma once

#include <nlohmann/json.hpp>

#include "data/corpus.hpp"
#include "orchestrator/training/run_plan.hpp"
#include "orchestrator/world/world.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/train/config.hpp"

namespace agsweep {

struct RunInputs {
  Corpus corpus;
  RunRecord record;
};

/// Reads data.h5 on every rank, and says what the run is of: what a resumed one recorded, or what config.toml will record.
/// Collective over comm. @param config  for --init
/// @throws DataError for a damaged corpus, one without training or validation rows, or one that the resumed run was not started with
RunInputs read_inputs(Communicator& comm, const RunPlan& plan, const TrainConfig& config);

/// The keys of result.json that the trainer does not know.
nlohmann::json environment(const World& world, const RunRecord& record);

}  // namespace agsweep
