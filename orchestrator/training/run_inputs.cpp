#include "orchestrator/training/run_inputs.hpp"

#include <cstdlib>  // std::getenv
#include <span>

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/utc_time.hpp"
#include "data/corpus_file.hpp"
#include "orchestrator/world/versions.hpp"
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

Gpt2Config geometry_of(const fs::path& weights) { return read_gpt2_config(find_checkpoint_files(weights).config); }

std::string geometry_sha256(const fs::path& weights) {
  const std::string text = gpt2_config_json(geometry_of(weights));
  return sha256(std::as_bytes(std::span(text)));
}

std::string init_sha256(const fs::path& init) {
  if (init.empty()) return "";
  return sha256_file(fs::is_directory(init) ? init / "adapter_model.safetensors" : init);
}

RunRecord new_record(const RunPlan& plan, const TrainConfig& config, const CorpusInfo& corpus, const std::string& data_sha256) {
  const bool has_base = !config.weights.empty();
  return {.data = fs::absolute(plan.data).lexically_normal(),
          .sha256 = {.data = data_sha256,
                     .weights = has_base ? gpt2_weights_sha256(config.weights) : "",
                     .geometry = has_base ? geometry_sha256(config.weights) : "",
                     .init = init_sha256(config.init),
                     .tokenizer = corpus.tokenizer_sha256},
          .class_names = corpus.class_names,
          .max_length = corpus.max_length,
          .synthetic = corpus.synthetic,
          .random_base = has_base && geometry_of(config.weights).random,
          .started = utc_now()};
}

/// A run that has a checkpoint needs its --init file no more.
void require_recorded_init(const RunRecord& record, const TrainConfig& config) {
  if (fs::exists(config.init) && init_sha256(config.init) != record.sha256.init) {
    throw DataError("{}: not the weights that the run was started from", config.init.string());
  }
}

}  // namespace

void require_recorded_weights(const RunRecord& record, const TrainConfig& config) {
  if (config.model != ModelKind::gpt2_lora) return;
  if (!fs::exists(config.weights)) {
    throw DataError("{}: the GPT-2 that the run was trained on is not there; name its folder by --weights", config.weights.string());
  }
  if (const std::string sha256 = gpt2_weights_sha256(config.weights); sha256 != record.sha256.weights) {
    throw DataError("{}: not the GPT-2 that the run was trained on (SHA-256 {}, not {}); name that one by --weights",
                    config.weights.string(), sha256, record.sha256.weights);
  }
  if (geometry_sha256(config.weights) != record.sha256.geometry) {
    throw DataError("{}: its config.json says other sizes, heads or functions than when the run was trained", config.weights.string());
  }
}

void require_recorded_data(const RunPlan& plan, const std::string& sha256) {
  const std::string& recorded = plan.record->sha256.data;
  if (sha256 == recorded) return;
  const std::string told =
      fmt::format("{}: not the corpus that the run was started with (SHA-256 {}, not {})", plan.data.string(), sha256, recorded);
  if (plan.data_given) throw UsageError("--data: {}", told);
  throw DataError("{}", told);
}

RunInputs read_inputs(Communicator& comm, const RunPlan& plan, const TrainConfig& config) {
  RunInputs inputs;
  together(comm, [&] {
    inputs.corpus = read_corpus(plan.data);
    for (const char* split : {"train", "val"}) {
      if (split_named(inputs.corpus, split).rows() == 0) throw DataError("{}: {} has no rows", plan.data.string(), split);
    }
    const std::string data_sha256 = sha256_file(plan.data);
    if (plan.record) {
      require_recorded_data(plan, data_sha256);
      require_recorded_weights(*plan.record, config);
      require_recorded_init(*plan.record, config);
    }
    inputs.record = plan.record ? *plan.record : new_record(plan, config, inputs.corpus.info, data_sha256);
  });
  return inputs;
}

nlohmann::json environment(const World& world, const RunRecord& record) {
  const auto or_null = [](std::string_view text) { return text.empty() ? nlohmann::json() : nlohmann::json(text); };
  const char* const job = std::getenv("SLURM_JOB_ID");
  return {{"device", "cpu"},
          {"device_name", world.cpu_models[0]},
          {"cpu", world.cpu_models[0]},
          {"hosts", world.hosts()},
          {"slurm_job_id", or_null(job == nullptr ? "" : job)},
          {"started", record.started},
          {"versions", versions()},
          {"weights_sha256", or_null(record.sha256.weights)},
          {"init_sha256", or_null(record.sha256.init)},
          {"tokenizer_sha256", record.sha256.tokenizer},
          {"synthetic", record.synthetic},
          {"random_base", record.random_base}};
}

}  // namespace agsweep
