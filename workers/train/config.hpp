#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/enum_words.hpp"
#include "base/metric.hpp"
#include "workers/gpt2/gpt2_config.hpp"
#include "workers/lora/lora_config.hpp"

namespace agsweep {

enum class ModelKind { scratch, gpt2_lora };
template <>
inline constexpr auto enum_words<ModelKind> = std::to_array<std::string_view>({"scratch", "gpt2-lora"});

enum class Device { cpu, cuda };
template <>
inline constexpr auto enum_words<Device> = std::to_array<std::string_view>({"cpu", "cuda"});

enum class Precision { fp32, bf16 };
template <>
inline constexpr auto enum_words<Precision> = std::to_array<std::string_view>({"fp32", "bf16"});

enum class Reduction { tree, allreduce };
template <>
inline constexpr auto enum_words<Reduction> = std::to_array<std::string_view>({"tree", "allreduce"});

enum class GraphsMode { automatic, on, off };
template <>
inline constexpr auto enum_words<GraphsMode> = std::to_array<std::string_view>({"auto", "on", "off"});

/// The options of one training, resolved: no "auto" is left, and each value is in range (the option table of orchestrator/ sees to it).
/// The initial values are the options' defaults; the table has those of a model that differ.
struct TrainConfig {
  ModelKind model = ModelKind::scratch;

  std::int64_t epochs = 50;
  std::int64_t batch_size = 192;  // rows of the global batch
  double lr = 1e-3;               // OneCycle's peak
  std::int64_t warmup_steps = 2000;
  double weight_decay = 0.01;
  double clip_norm = 1.0;  // 0: no clipping
  double label_smoothing = 0.1;
  double dropout = 0.3;
  std::int64_t patience = 10;  // epochs without a better metric; 0: no early stopping
  Metric metric = default_metric;
  std::uint64_t seed = 42;

  Device device = Device::cpu;
  Precision precision = Precision::fp32;
  int threads = 1;  // of this rank
  std::int64_t shards = 8;
  Reduction reduction = Reduction::tree;
  GraphsMode graphs = GraphsMode::automatic;  // of a device: record a step's launches once
  bool activation_checkpointing = false;      // keeps less memory for the backward pass
  std::int64_t max_steps = 0;                 // 0: no limit
  std::int64_t train_limit = 0;               // rows; 0: all
  std::int64_t val_limit = 0;                 // likewise

  std::int64_t log_every = 10;        // steps
  std::int64_t checkpoint_every = 0;  // steps; 0: at each epoch's end only
  bool resume = false;
  std::filesystem::path init;  // start from these weights; empty: from the seed
  double timeout = 300;        // seconds
  bool tensorboard = true;

  // scratch
  std::int64_t layers = 3;
  std::int64_t d_model = 192;
  std::int64_t heads = 4;
  std::int64_t ffn = 768;

  // gpt2-lora
  std::filesystem::path weights;  // a GPT-2's folder, or a safetensors file in it
  std::int64_t lora_rank = 8;
  std::string lora_alpha = "16";  // a number, or a multiple of the rank: "2r"
  double lora_dropout = 0.1;
  std::string lora_targets = "c_attn,c_proj";
  bool rslora = false;
  bool full = false;  // trains all of GPT-2, without adapters

  bool operator==(const TrainConfig&) const = default;
};

/// How long the learning-rate schedule of a training is; --max-steps ends a training without shortening it.
struct ScheduleLength {
  std::int64_t rows = 0;             // that an epoch visits
  std::int64_t steps_per_epoch = 0;  // the last may be a smaller batch
  std::int64_t total_steps = 0;

  /// The most of a warm-up that nobody chose: 30 % of the steps. Below 2 it is none, since OneCycle cannot rise within one step.
  std::int64_t most_default_warmup() const;
};

/// @param train_rows  of the corpus, before --train-limit
ScheduleLength schedule_length(const TrainConfig& config, std::int64_t train_rows);

/// The adapters that a configuration asks for.
/// @throws UsageError for an alpha that is neither a positive number nor a multiple of the rank, or an unknown target module
LoraConfig lora_of(const TrainConfig& config, const Gpt2Config& gpt2);

}  // namespace agsweep
