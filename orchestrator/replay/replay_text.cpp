#include <fmt/format.h>

#include "orchestrator/replay/replay_run.hpp"

namespace agsweep {

namespace {

std::string difference_text(const BitComparison& bits) {
  std::string text;
  if (bits.step) {
    text += fmt::format("first step that differs: {} ({} {} recorded, {} repeated)\n", bits.step->step, bits.step->column,
                        bits.step->recorded, bits.step->repeated);
  } else {
    text += fmt::format("steps: all {} have the same loss and gradient norm\n", bits.steps);
  }
  if (bits.tensor) {
    text += fmt::format("first epoch that differs: {}, tensor {}\n", bits.tensor->epoch, bits.tensor->tensor);
  } else {
    text += fmt::format("epochs: the weights after all {} have the same hashes\n", bits.epochs);
  }
  return text;
}

}  // namespace

std::string replay_text(const Replay& replay) {
  const BitComparison& bits = replay.bits;
  if (bits.identical()) {
    return fmt::format("identical: {} steps and the weights after {} epochs, bit for bit ({} rank{} then, 1 now)\n", bits.steps,
                       bits.epochs, replay.recorded_ranks, replay.recorded_ranks == 1 ? "" : "s");
  }
  std::string text = fmt::format("not identical{}\n", replay.other_bits.empty() ? "" : "; the same bits were not promised:");
  for (const std::string& reason : replay.other_bits) text += fmt::format("  {}\n", reason);
  text += difference_text(bits);
  if (replay.nearly) {
    for (const auto& [name, difference] : replay.nearly->metrics) text += fmt::format("{}: {:+.4f}\n", name, difference);
    if (replay.nearly->weights) text += fmt::format("relative distance of the best weights: {:.3g}\n", *replay.nearly->weights);
  }
  return text;
}

nlohmann::json to_json(const Replay& replay) {
  nlohmann::json json = {{"identical", replay.bits.identical()},
                         {"promised", replay.other_bits.empty()},
                         {"other_bits", replay.other_bits},
                         {"recorded_ranks", replay.recorded_ranks},
                         {"steps", replay.bits.steps},
                         {"epochs", replay.bits.epochs},
                         {"first_step", nullptr},
                         {"first_tensor", nullptr},
                         {"metrics", nullptr},
                         {"weight_distance", nullptr}};
  if (const auto& step = replay.bits.step) {
    json["first_step"] = {{"step", step->step}, {"column", step->column}, {"recorded", step->recorded}, {"repeated", step->repeated}};
  }
  if (const auto& tensor = replay.bits.tensor) json["first_tensor"] = {{"epoch", tensor->epoch}, {"tensor", tensor->tensor}};
  if (replay.nearly) {
    for (const auto& [name, difference] : replay.nearly->metrics) json["metrics"][name] = difference;
    if (replay.nearly->weights) json["weight_distance"] = *replay.nearly->weights;
  }
  return json;
}

}  // namespace agsweep
