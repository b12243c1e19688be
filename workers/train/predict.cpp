#include "workers/train/predict.hpp"

#include <algorithm>  // std::find_if_not
#include <cmath>      // std::isfinite

#include "base/error.hpp"
#include "workers/train/evaluate.hpp"
#include "workers/train/make_model.hpp"
#include "workers/train/shared_weights.hpp"

namespace agsweep {

namespace {

/// A class could be read off such numbers, but it would say nothing.
void require_finite(const Evaluation& evaluation, std::size_t classes, const std::filesystem::path& weights) {
  const auto infinite =
      std::find_if_not(evaluation.logits.begin(), evaluation.logits.end(), [](float logit) { return std::isfinite(logit); });
  if (infinite == evaluation.logits.end()) return;
  throw DataError("{}: the model's outputs for row {} are not finite", weights.string(),
                  static_cast<std::size_t>(infinite - evaluation.logits.begin()) / classes);
}

}  // namespace

Prediction predict(Communicator& comm, const Split& split, std::size_t classes, const TrainConfig& config, const ComputePlace& place,
                   const std::filesystem::path& weights, const std::function<void(std::int64_t, std::int64_t)>& progress, Keep keep) {
  SharedWeights shared;
  const auto workers = place.make_workers(config.threads, config.timeout);
  const auto model = make_model(config, classes, split, shared, workers->device());
  Parameters parameters(model->layout(), compute_type(config.precision), workers->device());
  together(comm, [&] { parameters.assign(read_weights(model->layout(), weights)); });
  Evaluation evaluation = evaluate(comm, *workers, *model, parameters, split, all_rows(split), "the given rows", progress, nullptr, keep);
  together(comm, [&] { require_finite(evaluation, classes, weights); });
  return {.metrics = std::move(evaluation.metrics),
          .logits = std::move(evaluation.logits),
          .classes = classes,
          .hidden = std::move(evaluation.hidden)};
}

}  // namespace agsweep
