#include "workers/train/train.hpp"

#include "workers/train/training_run.hpp"

namespace agsweep {

void check_init(const TrainConfig& config, const CorpusInfo& corpus) {
  if (config.init.empty()) return;
  const Transformer model(geometry_of(config, static_cast<std::int64_t>(corpus.class_names.size()), corpus.max_length));
  Parameters parameters(model.layout(), config.precision);
  load(parameters, config.init);
}

TrainOutcome train(Communicator& comm, const Corpus& corpus, const TrainConfig& config, const RunIdentity& run, TrainObserver& observer,
                   const std::atomic<bool>& stop) {
  return TrainingRun(comm, corpus, config, run, observer, stop).run();
}

}  // namespace agsweep
