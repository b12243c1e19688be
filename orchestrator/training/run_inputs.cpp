#include "orchestrator/training/run_inputs.hpp"

#include <cstdlib>  // std::getenv
#include "base/error.hpp"
#include "base/sha256.hpp"
#include "base/utc_time.hpp"
#include "data/corpus_file.hpp"
#include "orchestrator/world/versions.hpp"

namespace agsweep {

namespace {

RunRecord new_record(const RunPlan& plan, const TrainConfig& config, const CorpusInfo& corpus, const std::string& data_sha256) {
  return {
      .data = std::filesystem::absolute(plan.data).lexically_normal(),
      .sha256 = {.data = data_sha256, .weights = config.init.empty() ? "" : sha256_file(config.init), .tokenizer = corpus.tokenizer_sha256},
      .class_names = corpus.class_names,
      .max_length = corpus.max_length,
      .synthetic = corpus.synthetic,
      .started = utc_now()};
}

/// The inputs of a resumed run.
void require_recorded(const RunPlan& plan, const TrainConfig& config, const std::string& data_sha256) {
  const auto require = [](const std::filesystem::path& file, const std::string& found, const std::string& recorded) {
    if (found == recorded) return;
    throw DataError("{}: not what the run was started with (SHA-256 {}, not {})", file.string(), found, recorded);
  };
  require(plan.data, data_sha256, plan.record->sha256.data);
  // A run that has a checkpoint needs its --init file no more.
  if (std::filesystem::exists(config.init)) require(config.init, sha256_file(config.init), plan.record->sha256.weights);
}

}  // namespace

RunInputs read_inputs(Communicator& comm, const RunPlan& plan, const TrainConfig& config) {
  RunInputs inputs;
  together(comm, [&] {
    inputs.corpus = read_corpus(plan.data);
    for (const char* split : {"train", "val"}) {
      if (split_named(inputs.corpus, split).rows() == 0) throw DataError("{}: {} has no rows", plan.data.string(), split);
    }
    const std::string data_sha256 = sha256_file(plan.data);
    if (plan.record) require_recorded(plan, config, data_sha256);
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
          {"tokenizer_sha256", record.sha256.tokenizer},
          {"synthetic", record.synthetic}};
}

}  // namespace agsweep
