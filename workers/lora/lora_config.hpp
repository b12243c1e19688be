#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// Low-rank adapters (Hu et al. 2021) as Python's peft defines them: y = W x + scale * B A dropout(x).
struct LoraConfig {
  std::int64_t rank = 0;
  double alpha = 0;
  double dropout = 0;
  std::vector<std::string> targets = {};  // module names or their endings, as peft's target_modules
  bool rslora = false;                    // scale by alpha / sqrt(rank) (Kalajdzievski 2023)

  double scale() const;  // alpha / rank, or alpha / sqrt(rank)
};

/// Whether peft would adapt the module: a target equals its name, or its name ends in "." + target.
/// @param module  "transformer.h.0.attn.c_attn"
bool is_target(const std::vector<std::string>& targets, std::string_view module);

/// Those of the targets that are modules of some GPT-2, however many blocks it has. peft passes over the others.
std::vector<std::string> gpt2_targets(std::vector<std::string> targets);

/// GPT-2's modules that can be adapted, block by block: transformer.h.{i}.attn.c_attn, .attn.c_proj, .mlp.c_fc, .mlp.c_proj.
std::vector<std::string> adaptable_modules(std::int64_t layers);

/// Targets that are all of GPT-2's modules that can be adapted: what peft calls "all-linear".
std::vector<std::string> all_linear();

constexpr double most_alpha = 1e6;

/// "16", or "2r" for twice the rank.
/// @param origin  stands before the error: "--lora-alpha"
/// @throws UsageError unless it is a positive number, at most most_alpha, or such a multiple of the rank
double parse_alpha(std::string_view text, std::int64_t rank, std::string_view origin);

/// "c_attn,c_proj" as a list, sorted, each once; "all-linear" as all_linear().
/// @param layers  of the GPT-2; nullopt where it is not known yet: then it has the blocks that the text names
/// @param origin  stands before the error: "--lora-targets"
/// @throws UsageError for an empty list, or a target that is no module of the GPT-2 (names the nearest)
std::vector<std::string> parse_targets(std::string_view text, std::optional<std::int64_t> layers, std::string_view origin);

}  // namespace agsweep
