#include "workers/train/predict.hpp"

#include "workers/train/evaluate.hpp"
#include "workers/train/make_model.hpp"
#include "workers/train/shared_weights.hpp"

namespace agsweep {

Prediction predict(Communicator& comm, const Split& split, std::size_t classes, const TrainConfig& config, const ComputePlace& place,
                   const std::filesystem::path& weights, const std::function<void(std::int64_t, std::int64_t)>& progress, Keep keep) {
  SharedWeights shared;
  const auto workers = place.make_workers(config.threads, config.timeout);
  const auto model = make_model(config, classes, split, shared, workers->device());
  Parameters parameters(model->layout(), compute_type(config.precision), workers->device());
  together(comm, [&] { parameters.assign(read_weights(model->layout(), weights)); });
  Evaluation evaluation = evaluate(comm, *workers, *model, parameters, split, all_rows(split), "the given rows", progress, nullptr, keep);
  return {.metrics = std::move(evaluation.metrics),
          .logits = std::move(evaluation.logits),
          .classes = classes,
          .hidden = std::move(evaluation.hidden)};
}

}  // namespace agsweep
