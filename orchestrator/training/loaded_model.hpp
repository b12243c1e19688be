#pragma once

#include <filesystem>
#include <string>

#include "orchestrator/training/stored_model.hpp"
#include "orchestrator/world/devices.hpp"
#include "workers/comm/communicator.hpp"
#include "workers/train/prediction.hpp"

namespace agsweep {

/// A stored model on the devices of this job, beside the split that it is asked about.
struct LoadedModel {
  StoredModel stored;  // config.threads: what this machine has
  Corpus corpus;
  std::string split;  // its name
  JobDevices devices;

  const Split& rows() const { return split_named(corpus, split); }
};

/// Collective over comm. @throws what read_stored_model(), read_fitting_corpus() and devices_of_model() do, on every rank
LoadedModel load_model(Communicator& comm, const std::filesystem::path& folder, const std::filesystem::path& weights,
                       const std::filesystem::path& data, std::string split);

/// predict() of the split, with its progress on standard error.
///
/// Collective over comm; every rank gets the same bits.
/// @param what  what the progress calls it
Prediction predict_split(Communicator& comm, const LoadedModel& model, const std::string& what, Keep keep = Keep::logits);

}  // namespace agsweep
