#include "workers/train/measure_step.hpp"

#include <algorithm>  // std::min
#include <chrono>
#include <limits>

#include "data/batch.hpp"
#include "workers/comm/self_communicator.hpp"
#include "workers/train/evaluate.hpp"  // all_rows
#include "workers/train/make_model.hpp"
#include "workers/train/shared_weights.hpp"
#include "workers/train/start_values.hpp"
#include "workers/train/trainer.hpp"

namespace agsweep {

StepMeasurement measure_step(const Corpus& corpus, SharedWeights& shared, const ComputePlace& place, const TrainConfig& config) {
  constexpr int steps = 3;
  SelfCommunicator alone;
  const auto workers = place.make_workers(config.threads, config.timeout);
  const auto model = make_model(config, corpus.info, shared, workers->device());
  const auto trainer = make_trainer(alone, *workers, *model, config, steps);
  trainer->settled_parameters().assign(start_values(*model, config, shared));
  auto order = epoch_order(all_rows(corpus.train), config.seed, 1);
  order.resize(std::min(order.size(), static_cast<std::size_t>(config.batch_size)));
  const std::int64_t tokens = tokens_in(corpus.train, order);
  double best = std::numeric_limits<double>::infinity();
  for (int i = 0; i < steps; ++i) {
    const auto start = std::chrono::steady_clock::now();
    trainer->step(corpus.train, order, false);
    trainer->finish();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return {.seconds = best, .seconds_per_token = best / static_cast<double>(tokens), .parameters = model->layout().count()};
}

}  // namespace agsweep
