#include "workers/train/train.hpp"

#include "workers/train/training_run.hpp"

namespace agsweep {

TrainOutcome train(Communicator& comm, const Corpus& corpus, const TrainConfig& config, const RunIdentity& run, TrainObserver& observer,
                   const std::atomic<bool>& stop) {
  return TrainingRun(comm, corpus, config, run, observer, stop).run();
}

}  // namespace agsweep
