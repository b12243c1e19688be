#include "orchestrator/options/resolve.hpp"

#include <algorithm>  // std::min, std::max
#include <bit>        // std::bit_ceil

#include "base/error.hpp"
#include "orchestrator/options/train_options.hpp"

namespace agsweep {

bool is_given(const AskedOptions& asked, std::string_view name) {
  const auto found = asked.find(name);
  return found != asked.end() && !std::holds_alternative<Automatic>(found->second.value);
}

namespace {

/// What stands before an error: where the option was given, or its name.
std::string origin(const AskedOptions& asked, std::string_view name) {
  const auto found = asked.find(name);
  return found == asked.end() ? fmt::format("--{}", name) : found->second.origin;
}

/// Where "auto" computes, and how precisely.
void resolve_device(const AskedOptions& asked, const WorldFacts& facts, TrainConfig& config) {
  if (!is_given(asked, "device")) config.device = facts.device;
  const bool on_device = config.device == Device::cuda;
  if (!is_given(asked, "precision")) config.precision = on_device ? Precision::bf16 : Precision::fp32;
  if (!is_given(asked, "reduction")) config.reduction = on_device ? Reduction::allreduce : Reduction::tree;
  if (!is_given(asked, "shards") && on_device) config.shards = facts.ranks;
}

void resolve_warmup(const AskedOptions& asked, const WorldFacts& facts, Resolved& resolved) {
  TrainConfig& config = resolved.config;
  const ScheduleLength length = schedule_length(config, facts.train_rows);
  const std::int64_t total = length.total_steps;
  if (is_given(asked, "warmup-steps")) {
    if (config.warmup_steps != 0 && (config.warmup_steps < 2 || config.warmup_steps > total)) {
      throw UsageError("{}: {} does not fit a run of {} steps: 0, or 2 to {}", origin(asked, "warmup-steps"), config.warmup_steps, total,
                       total);
    }
    return;
  }
  const std::int64_t cut = length.most_default_warmup();
  if (config.warmup_steps <= cut) return;
  resolved.messages.push_back(
      fmt::format("warm-up: {} steps instead of the default {}, which is above 30 % of the run's {}", cut, config.warmup_steps, total));
  config.warmup_steps = cut;
}

void resolve_parallelism(const AskedOptions& asked, const WorldFacts& facts, Resolved& resolved) {
  TrainConfig& config = resolved.config;
  const bool threads_given = is_given(asked, "threads");
  if (!threads_given) config.threads = facts.cpus;
  if (threads_given && facts.fewest_cpus < config.threads) {
    resolved.messages.push_back(fmt::format(
        "warning: --threads {}, but a rank may use {} CPU{}; give it more with mpirun --bind-to none or srun --cpus-per-task {}",
        config.threads, facts.fewest_cpus, facts.fewest_cpus == 1 ? "" : "s", config.threads));
  }
  if (!is_given(asked, "shards") && config.device == Device::cpu) {
    const auto threads = static_cast<std::uint64_t>(threads_given ? config.threads : facts.most_cpus);
    const std::uint64_t for_all = std::bit_ceil(static_cast<std::uint64_t>(facts.ranks) * threads);
    const std::uint64_t for_batch = std::bit_floor(static_cast<std::uint64_t>(config.batch_size));
    config.shards = static_cast<std::int64_t>(std::min(std::max<std::uint64_t>(8, for_all), for_batch));
  }
  if (config.shards < facts.ranks) {
    throw UsageError("{}: {} is below the {} ranks: more ranks than shards; start fewer ranks", origin(asked, "shards"), config.shards,
                     facts.ranks);
  }
  if (config.batch_size < config.shards) {
    throw UsageError("{}: {} is below the {} shards; give --batch-size {} or more, or fewer --shards", origin(asked, "batch-size"),
                     config.batch_size, config.shards, config.shards);
  }
}

void check_model(const AskedOptions& asked, const TrainConfig& config) {
  for (const auto& entry : train_options()) {
    if (is_given(asked, entry.option.name)) check_option_model(entry.option, config.model, origin(asked, entry.option.name));
  }
  if (config.model == ModelKind::gpt2_lora) {
    if (config.weights.empty()) throw UsageError("--weights is required for --model gpt2-lora: a folder with a GPT-2");
    return;
  }
  if (config.d_model % 2 != 0) throw UsageError("{}: {} is not even", origin(asked, "d-model"), config.d_model);
  if (config.d_model % config.heads != 0) {
    // Of the two the one that was given is to blame.
    if (!is_given(asked, "heads")) {
      throw UsageError("{}: {} is not divided by --heads {}", origin(asked, "d-model"), config.d_model, config.heads);
    }
    throw UsageError("{}: {} does not divide --d-model {}", origin(asked, "heads"), config.heads, config.d_model);
  }
}

}  // namespace

Resolved resolve(const AskedOptions& asked, const WorldFacts& facts) {
  Resolved resolved{.config = filled_config(asked), .messages = {}};
  check_model(asked, resolved.config);
  resolve_device(asked, facts, resolved.config);
  resolve_parallelism(asked, facts, resolved);
  resolve_warmup(asked, facts, resolved);
  return resolved;
}

}  // namespace agsweep
