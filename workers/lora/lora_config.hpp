#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// Low-rank adapters (Hu et al. 2021) as Python's peft defines them: y = W x + scale * B A dropout(x).
struct LoraConfig {
  std::int64_t rank = 8;
  double alpha = 16;
  double dropout = 0.1;
  std::vector<std::string> targets = {"c_attn", "c_proj"};  // module names or their endings, as peft's target_modules
  bool rslora = false;                                      // scale by alpha / sqrt(rank) (Kalajdzievski 2023)

  double scale() const;  // alpha / rank, or alpha / sqrt(rank)
};

/// Whether peft would adapt the module: a target equals its name, or its name ends in "." + target.
/// @param module  "transformer.h.0.attn.c_attn"
bool is_target(const std::vector<std::string>& targets, std::string_view module);

/// GPT-2's modules that can be adapted, block by block: transformer.h.{i}.attn.c_attn, .attn.c_proj, .mlp.c_fc, .mlp.c_proj.
std::vector<std::string> adaptable_modules(std::int64_t layers);

/// Targets that are all of GPT-2's modules that can be adapted: what peft calls "all-linear".
std::vector<std::string> all_linear();

/// "c_attn,c_proj" as a list, sorted, each once; "all-linear" as all_linear().
/// @throws UsageError for an empty list, or a target that is no module of a GPT-2 with so many layers (names the nearest)
std::vector<std::string> parse_targets(std::string_view text, std::int64_t layers);

}  // namespace agsweep
