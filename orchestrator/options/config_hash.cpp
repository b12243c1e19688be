#include "orchestrator/options/config_hash.hpp"

#include <map>
#include <span>

#include <fmt/format.h>

#include "base/sha256.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {

namespace {

bool is_of_adapters(const Option& option) { return option.name.starts_with("lora-") || option.name == "rslora"; }

}  // namespace

std::string config_hash(const TrainConfig& config, const InputHashes& inputs) {
  // By name, so that the table's order does not count.
  std::map<std::string, std::string> facts = {{"data_sha256", inputs.data},
                                              {"weights_sha256", inputs.weights},
                                              {"geometry_sha256", inputs.geometry},
                                              {"init_sha256", inputs.init},
                                              {"tokenizer_sha256", inputs.tokenizer}};
  for (const auto& entry : train_options()) {
    if (!entry.option.in_config_hash || !entry.option.is_of(config.model)) continue;
    // Without adapters it does not count what they would be like.
    const std::string value = config.full && is_of_adapters(entry.option) ? entry.option.standard : to_text(entry.get(config));
    if (entry.option.in_old_config_hash || value != entry.option.standard) facts.emplace(entry.option.key(), value);
  }
  std::string text;
  for (const auto& [name, value] : facts) text += fmt::format("{}={}\n", name, value);
  return sha256(std::as_bytes(std::span(text)));
}

}  // namespace agsweep
