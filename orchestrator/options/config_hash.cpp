#include "orchestrator/options/config_hash.hpp"

#include <map>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/sha256.hpp"
#include "orchestrator/options/train_options.hpp"
#include "workers/lora/lora_config.hpp"  // parse_alpha, parse_targets

namespace agsweep {

namespace {

bool is_of_adapters(const Option& option) { return option.name.starts_with("lora-") || option.name == "rslora"; }

/// The value as text, the same however it was written.
std::string resolved_text(const OptionEntry<TrainConfig>& entry, const TrainConfig& config) {
  const std::string& standard = entry.option.standard;
  if (config.full && is_of_adapters(entry.option)) return standard;  // there are none
  std::string text = to_text(entry.get(config));
  if (entry.option.name == "lora-alpha") {
    const double alpha = parse_alpha(text, config.lora_rank, "--lora-alpha");
    return alpha == parse_alpha(standard, config.lora_rank, "--lora-alpha") ? standard : fmt::format("{}", alpha);
  }
  if (entry.option.name == "lora-targets") {
    const std::vector<std::string> targets = parse_targets(text, std::nullopt, "--lora-targets");
    return targets == all_linear() ? "all-linear" : fmt::format("{}", fmt::join(targets, ","));
  }
  return text;
}

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
    const std::string value = resolved_text(entry, config);
    if (entry.option.in_old_config_hash || value != entry.option.standard) facts.emplace(entry.option.key(), value);
  }
  std::string text;
  for (const auto& [name, value] : facts) text += fmt::format("{}={}\n", name, value);
  return sha256(std::as_bytes(std::span(text)));
}

}  // namespace agsweep
