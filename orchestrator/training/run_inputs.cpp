#include "orchestrator/training/run_inputs.hpp"

#include <span>
#include <utility>  // std::exchange

#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/system.hpp"
#include "data/corpus_file.hpp"
#include "orchestrator/world/versions.hpp"
#include "slurm/job_environment.hpp"
#include "workers/gpt2/checkpoint_files.hpp"
#include "workers/gpt2/gpt2_checkpoint.hpp"
#include "workers/gpt2/gpt2_config.hpp"
#include "workers/lora/adapter_folder.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

void require_recorded_init(const RunRecord& record, const TrainConfig& config) {
  if (fs::exists(config.init) && FileFacts().init_sha256(config.init) != record.sha256.init) {
    throw DataError("{}: not the weights that the run was started from", config.init.string());
  }
}

}  // namespace

const BaseFacts& FileFacts::base(const fs::path& weights) {
  const auto known = bases_.find(weights);
  if (known != bases_.end()) return known->second;
  const Gpt2Config config = read_gpt2_config(find_checkpoint_files(weights).config);
  const std::string geometry = gpt2_config_json(config);
  return bases_[weights] = {.weights_sha256 = gpt2_weights_sha256(weights),
                            .geometry_sha256 = sha256(std::as_bytes(std::span(geometry))),
                            .random = config.random};
}

const std::string& FileFacts::init_sha256(const fs::path& init) {
  const auto known = inits_.find(init);
  if (known != inits_.end()) return known->second;
  if (init.empty()) return inits_[init];
  const bool folder = fs::is_directory(init);
  if (folder && !is_adapter_folder(init)) {
    const fs::path weights = init / "model.safetensors";
    throw DataError("--init: {} is a folder without adapter_config.json, so no peft adapter; {}", init.string(),
                    fs::exists(weights) ? fmt::format("name the file: {}", weights.string()) : "name a safetensors file");
  }
  return inits_[init] = sha256_file(folder ? init / "adapter_model.safetensors" : init);
}

RunRecord new_record(const fs::path& data, const std::string& data_sha256, const CorpusInfo& corpus, const TrainConfig& config,
                     FileFacts& files) {
  const BaseFacts base = config.weights.empty() ? BaseFacts{} : files.base(config.weights);
  return {.data = fs::absolute(data).lexically_normal(),
          .sha256 = {.data = data_sha256,
                     .weights = base.weights_sha256,
                     .geometry = base.geometry_sha256,
                     .init = files.init_sha256(config.init),
                     .tokenizer = corpus.tokenizer_sha256},
          .class_names = corpus.class_names,
          .max_length = corpus.max_length,
          .join = corpus.join,
          .synthetic = corpus.synthetic,
          .random_base = base.random,
          .started = utc_now(),
          .device_name = {}};
}

void require_recorded_weights(const RunRecord& record, const TrainConfig& config, FileFacts& files) {
  if (config.model != ModelKind::gpt2_lora) return;
  if (!fs::exists(config.weights)) {
    throw DataError("{}: the GPT-2 that the run was trained on is not there; name its folder by --weights", config.weights.string());
  }
  const BaseFacts& base = files.base(config.weights);
  if (base.weights_sha256 != record.sha256.weights) {
    throw DataError("{}: not the GPT-2 that the run was trained on (SHA-256 {}, not {}); name that one by --weights",
                    config.weights.string(), base.weights_sha256, record.sha256.weights);
  }
  if (base.geometry_sha256 != record.sha256.geometry) {
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

Corpus read_training_corpus(const fs::path& data) {
  Corpus corpus = read_corpus(data);
  for (const char* split : {"train", "val"}) {
    if (split_named(corpus, split).rows() == 0) throw DataError("{}: {} has no rows", data.string(), split);
  }
  return corpus;
}

RunInputs read_inputs(Communicator& comm, const RunPlan& plan, const TrainConfig& config) {
  RunInputs inputs;
  FileFacts files;
  together(comm, [&] {
    inputs.corpus = read_training_corpus(plan.data);
    const std::string data_sha256 = sha256_file(plan.data);
    if (plan.record) {
      require_recorded_data(plan, data_sha256);
      require_recorded_weights(*plan.record, config, files);
      if (plan.needs_init) require_recorded_init(*plan.record, config);
    }
    inputs.record = plan.record ? *plan.record : new_record(plan.data, data_sha256, inputs.corpus.info, config, files);
  });
  return inputs;
}

std::string record_device(const JobDevices& devices, RunRecord& record) {
  if (devices.kind == Device::cpu) return "";
  const std::string before = std::exchange(record.device_name, devices.facts.at("device_name").get<std::string>());
  if (before.empty() || before == record.device_name) return "";
  return fmt::format("device: {}, but {} before: from here on bits may differ from those of a run on one of them", record.device_name,
                     before);
}

nlohmann::json environment(const World& world, const JobDevices& devices, const RunRecord& record) {
  const auto or_null = [](std::string_view text) { return text.empty() ? nlohmann::json() : nlohmann::json(text); };
  nlohmann::json json = devices.facts;
  json.update({{"cpu", world.cpu_models[0]},
               {"hosts", world.hosts()},
               {"slurm_job_id", or_null(job_environment().id)},
               {"started", record.started},
               {"versions", versions()},
               {"weights_sha256", or_null(record.sha256.weights)},
               {"init_sha256", or_null(record.sha256.init)},
               {"tokenizer_sha256", record.sha256.tokenizer},
               {"synthetic", record.synthetic},
               {"random_base", record.random_base}});
  return json;
}

}  // namespace agsweep
