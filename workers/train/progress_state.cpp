#include "workers/train/progress_state.hpp"

#include <algorithm>  // std::copy

namespace agsweep {

namespace {

nlohmann::json optional_json(const std::optional<EpochScore>& score) {
  if (!score) return {};
  nlohmann::json json = {{"epoch", score->epoch}, {"loss", score->loss}, {"confusion", score->confusion}};
  if (score->loss_error) json["loss_error"] = *score->loss_error;
  return json;
}

std::optional<EpochScore> optional_score(const nlohmann::json& json) {
  if (json.is_null()) return std::nullopt;
  EpochScore score;
  json.at("epoch").get_to(score.epoch);
  json.at("loss").get_to(score.loss);
  json.at("confusion").get_to(score.confusion);
  if (json.contains("loss_error")) score.loss_error = json["loss_error"].get<double>();
  return score;
}

}  // namespace

Metrics EpochScore::metrics(std::int64_t classes) const {
  ConfusionMatrix matrix(static_cast<std::size_t>(classes));
  std::copy(confusion.begin(), confusion.end(), matrix.counts().begin());
  return metrics_of(matrix, loss);
}

nlohmann::json to_json(const ProgressState& state) {
  return {{"step", state.step},
          {"epoch", state.epoch},
          {"epoch_batch", state.epoch_batch},
          {"trained", state.trained},
          {"epoch_loss", state.epoch_loss},
          {"epoch_rows", state.epoch_rows},
          {"epoch_confusion", state.epoch_confusion},
          {"best", optional_json(state.best)},
          {"last", optional_json(state.last)},
          {"values", state.values},
          {"train_seconds", state.train_seconds},
          {"epoch_seconds", state.epoch_seconds},
          {"eval_seconds", state.eval_seconds},
          {"tokens", state.tokens},
          {"seals", state.seals}};
}

ProgressState progress_state_from(const nlohmann::json& json) {
  ProgressState state;
  json.at("step").get_to(state.step);
  json.at("epoch").get_to(state.epoch);
  json.at("epoch_batch").get_to(state.epoch_batch);
  json.at("trained").get_to(state.trained);
  json.at("epoch_loss").get_to(state.epoch_loss);
  json.at("epoch_rows").get_to(state.epoch_rows);
  json.at("epoch_confusion").get_to(state.epoch_confusion);
  state.best = optional_score(json.at("best"));
  state.last = optional_score(json.at("last"));
  if (json.contains("values")) json.at("values").get_to(state.values);
  json.at("train_seconds").get_to(state.train_seconds);
  json.at("epoch_seconds").get_to(state.epoch_seconds);
  json.at("eval_seconds").get_to(state.eval_seconds);
  json.at("tokens").get_to(state.tokens);
  state.seals = json.value("seals", nlohmann::json());
  return state;
}

}  // namespace agsweep
