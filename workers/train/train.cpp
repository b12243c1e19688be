#include "workers/train/train.hpp"

#include <string>

#include "workers/device/out_of_memory.hpp"
#include "workers/train/make_model.hpp"
#include "workers/train/shared_weights.hpp"
#include "workers/train/start_values.hpp"
#include "workers/train/training_run.hpp"

namespace agsweep {

std::shared_ptr<SharedWeights> make_shared_weights(bool keeps_start_values) { return std::make_shared<SharedWeights>(keeps_start_values); }

void try_start(const Corpus& corpus, SharedWeights& shared, const ComputePlace& place, const TrainConfig& config) {
  const auto workers = place.make_workers(config.threads, config.timeout);
  const auto model = make_model(config, corpus.info, shared, workers->device());
  if (!config.init.empty()) start_values(*model, config, shared);
}

namespace {

/// A device that has failed for good fails at once whatever follows on it: a rank that went on would take, and lose, all that is left of a
/// sweep. @throws RankFailure
void require_device(const ComputePlace& place, double timeout, const std::string& failure) {
  if (place.platform == nullptr) return;
  try {
    place.platform->make_stream(place.device, timeout);
  } catch (const TrialFailure&) {  // full, not broken
  } catch (const std::exception& error) {
    throw RankFailure("{}; the device does not work any more: {}", failure, error.what());
  }
}

}  // namespace

TrainOutcome train(Communicator& comm, const Corpus& corpus, SharedWeights& shared, const ComputePlace& place, const TrainConfig& config,
                   const RunIdentity& run, TrainObserver& observer, const std::atomic<bool>& stop) {
  std::optional<TrainingRun> training;
  try {
    together(comm, [&] { in_words([&] { training.emplace(comm, corpus, shared, place, config, run, observer, stop); }); });
    return training->run();
  } catch (const RankFailure&) {
    throw;
  } catch (const TrialFailure&) {
    throw;
  } catch (const std::exception& error) {
    const std::string failure = error.what();
    training.reset();  // its stream and its memory serve the question
    require_device(place, config.timeout, failure);
    throw;
  }
}

}  // namespace agsweep
