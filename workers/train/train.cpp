#include "workers/train/train.hpp"

#include "workers/device/out_of_memory.hpp"
#include "workers/train/training_run.hpp"

namespace agsweep {

TrainOutcome train(Communicator& comm, const Corpus& corpus, SharedWeights& shared, const ComputePlace& place, const TrainConfig& config,
                   const RunIdentity& run, TrainObserver& observer, const std::atomic<bool>& stop) {
  std::optional<TrainingRun> training;
  together(comm, [&] { in_words([&] { training.emplace(comm, corpus, shared, place, config, run, observer, stop); }); });
  return training->run();
}

}  // namespace agsweep
