#include "workers/lora/lora_config.hpp"

#include <algorithm>  // std::any_of, std::max, std::sort, std::unique
#include <array>
#include <charconv>
#include <cmath>    // std::sqrt
#include <cstdlib>  // std::strtod

#include "base/error.hpp"
#include "base/nearest_name.hpp"

namespace agsweep {

namespace {

constexpr std::array<std::string_view, 4> block_modules = {"attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"};

std::string_view without_spaces(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

std::vector<std::string> comma_separated(std::string_view text) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.emplace_back(without_spaces(text.substr(0, comma)));
    if (comma == text.npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

/// What somebody may have meant: the short names first, then the modules one by one.
std::string nearest_target(std::string_view target, const std::vector<std::string>& modules) {
  std::vector<std::string_view> known = {"c_attn", "c_proj", "c_fc"};
  known.insert(known.end(), block_modules.begin(), block_modules.end());
  known.insert(known.end(), modules.begin(), modules.end());
  return nearest_name(target, known);
}

/// Of the smallest GPT-2 that has each block named in the text, up to the 1,000 that any may have: "h.7.attn.c_attn" needs 8.
std::int64_t fewest_layers(std::string_view text) {
  constexpr std::int64_t most = 1000;
  std::int64_t layers = 1;
  for (const char* at = text.data(); at != text.data() + text.size();) {
    std::int64_t block = 0;
    const auto [end, error] = std::from_chars(at, text.data() + text.size(), block);
    if (error == std::errc() && block < most) layers = std::max(layers, block + 1);
    at = std::max(at + 1, end);
  }
  return layers;
}

bool names_module(const std::string& target, const std::vector<std::string>& modules) {
  return std::any_of(modules.begin(), modules.end(), [&](const auto& module) { return is_target({target}, module); });
}

void require_module(const std::string& target, const std::vector<std::string>& modules, std::string_view origin) {
  if (names_module(target, modules)) return;
  const std::string nearest = nearest_target(target, modules);
  throw UsageError("{}: {} is no module of this GPT-2 that can be adapted{}", origin, target.empty() ? "an empty name" : target,
                   nearest.empty() ? " (allowed: c_attn, c_proj, c_fc, or a longer name such as mlp.c_proj)"
                                   : fmt::format("; did you mean {}?", nearest));
}

}  // namespace

double LoraConfig::scale() const {
  const auto r = static_cast<double>(rank);
  return alpha / (rslora ? std::sqrt(r) : r);
}

bool is_target(const std::vector<std::string>& targets, std::string_view module) {
  return std::any_of(targets.begin(), targets.end(), [&](std::string_view target) {
    if (module == target) return true;
    return module.size() > target.size() && module.ends_with(target) && module[module.size() - target.size() - 1] == '.';
  });
}

std::vector<std::string> gpt2_targets(std::vector<std::string> targets) {
  std::int64_t layers = 1;
  for (const std::string& target : targets) layers = std::max(layers, fewest_layers(target));
  const std::vector<std::string> modules = adaptable_modules(layers);
  std::erase_if(targets, [&](const std::string& target) { return !names_module(target, modules); });
  return targets;
}

std::vector<std::string> adaptable_modules(std::int64_t layers) {
  std::vector<std::string> modules;
  for (std::int64_t block = 0; block < layers; ++block) {
    for (const std::string_view module : block_modules) modules.push_back(fmt::format("transformer.h.{}.{}", block, module));
  }
  return modules;
}

std::vector<std::string> all_linear() { return {"c_attn", "c_fc", "c_proj"}; }

double parse_alpha(std::string_view text, std::int64_t rank, std::string_view origin) {
  const std::string written(text);
  char* end = nullptr;
  const double number = std::strtod(written.c_str(), &end);
  const std::string_view rest(end);
  if (end == written.c_str() || (!rest.empty() && rest != "r") || !(number > 0) || number > most_alpha) {
    throw UsageError("{}: {} is neither a positive number nor a multiple of the rank such as 2r", origin, text);
  }
  return rest.empty() ? number : number * static_cast<double>(rank);
}

std::vector<std::string> parse_targets(std::string_view text, std::optional<std::int64_t> layers, std::string_view origin) {
  if (without_spaces(text).empty()) throw UsageError("{}: names no module (allowed: c_attn, c_proj, c_fc, or all-linear)", origin);
  if (without_spaces(text) == "all-linear") return all_linear();
  const std::vector<std::string> modules = adaptable_modules(layers.value_or(fewest_layers(text)));
  std::vector<std::string> targets = comma_separated(text);
  for (const std::string& target : targets) require_module(target, modules, origin);
  std::sort(targets.begin(), targets.end());
  targets.erase(std::unique(targets.begin(), targets.end()), targets.end());
  return targets;
}

}  // namespace agsweep
