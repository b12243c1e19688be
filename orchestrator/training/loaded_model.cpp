#include "orchestrator/training/loaded_model.hpp"

#include <unistd.h>

#include <iostream>
#include <utility>  // std::exchange

#include "base/system.hpp"  // steady_seconds
#include "orchestrator/terminal/progress_display.hpp"

namespace agsweep {

LoadedModel load_model(Communicator& comm, const std::filesystem::path& folder, const std::filesystem::path& weights,
                       const std::filesystem::path& data, std::string split) {
  LoadedModel model{.stored = {}, .corpus = {}, .split = std::move(split), .devices = {}};
  together(comm, [&] {
    model.stored = read_stored_model(folder, weights);
    model.corpus = read_fitting_corpus(data, model.split, model.stored);
  });
  if (comm.rank() == 0 && !model.stored.sealed) say(unsealed_note);
  const World world = survey(comm);
  model.stored.config.threads = world.facts(0).cpus;
  model.devices = devices_of_model(comm, world, model.stored.config.device);
  return model;
}

Prediction predict_split(Communicator& comm, const LoadedModel& model, const std::string& what, Keep keep) {
  ProgressDisplay display(std::cerr, ProgressStyle::of(STDERR_FILENO), steady_seconds);
  bool begun = false;
  return model.devices.torch.predict(
      comm, model.rows(), model.stored.classes, model.stored.config, model.devices.place, model.stored.trained,
      [&](std::int64_t done, std::int64_t batches) {
        if (!std::exchange(begun, true)) display.begin(what, "batches", batches);
        display.update(done);
      },
      keep);
}

}  // namespace agsweep
