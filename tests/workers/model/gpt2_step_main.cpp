// Computes what tests/workers/model/gpt2_parity_test.py compares with transformers and peft:
//
//   gpt2_step JOB.json OUT.safetensors
//
// JOB: weights, init (trained tensors), precision, lora_rank, lora_alpha, lora_targets, rslora, full, tokens (a list a row), labels, lr,
// steps. OUT: logits [rows, 4], loss [1], gradient.NAME of the first step; losses [steps] and trained.NAME after them.

#include <cstring>  // std::memcpy
#include <iostream>

#include <c10/core/InferenceMode.h>

#include "base/file.hpp"
#include "base/json.hpp"
#include "workers/comm/self_communicator.hpp"
#include "workers/safetensors/safetensors.hpp"
#include "workers/train/host_trainer.hpp"
#include "workers/train/make_model.hpp"
#include "workers/train/trainer.hpp"

namespace {

using namespace agsweep;

TrainConfig config_of(const nlohmann::json& job) {
  TrainConfig config;
  config.model = ModelKind::gpt2_lora;
  config.weights = job["weights"].get<std::string>();
  config.precision = job["precision"] == "bf16" ? Precision::bf16 : Precision::fp32;
  config.lora_rank = job["lora_rank"];
  config.lora_alpha = job["lora_alpha"];
  config.lora_targets = job["lora_targets"];
  config.rslora = job["rslora"];
  config.full = job["full"];
  config.dropout = config.lora_dropout = config.label_smoothing = 0;
  config.lr = job["lr"];
  config.warmup_steps = 10;
  config.shards = 3;  // the rows do not divide by it
  config.threads = 2;
  return config;
}

Split split_of(const nlohmann::json& job) {
  Split split;
  split.offsets.push_back(0);
  for (const auto& row : job["tokens"]) {
    for (const auto& token : row) split.tokens.push_back(token);
    split.offsets.push_back(split.tokens.size());
    split.labels.push_back(job["labels"][split.labels.size()]);
    split.source_rows.push_back(0);
  }
  return split;
}

/// Adds copies of `tensors`, whose names get the prefix, to what is written at the end.
class Output {
 public:
  void add(const std::string& name, const std::vector<std::int64_t>& shape, std::span<const float> values) {
    kept_.push_back(std::make_unique<std::vector<float>>(values.begin(), values.end()));
    tensors_.push_back({name, "F32", shape, std::as_bytes(std::span(*kept_.back()))});
  }
  void add(const std::string& prefix, const Parameters& parameters, const at::Tensor& flat) {
    for (const ParameterSpec& spec : parameters.layout().specs()) {
      add(prefix + spec.name, spec.shape, {flat.const_data_ptr<float>() + spec.offset, static_cast<std::size_t>(spec.size)});
    }
  }
  void write(const std::filesystem::path& path) const { write_safetensors(path, tensors_, {}); }

 private:
  std::vector<std::unique_ptr<std::vector<float>>> kept_;
  std::vector<TensorBytes> tensors_;
};

at::Tensor flat_gradient(const Gradient& gradient, const ParameterLayout& layout) {
  at::Tensor flat = at::zeros({layout.total()}, at::kFloat);
  auto* values = flat.mutable_data_ptr<float>();
  for (std::size_t i = 0; i < gradient.embedding.rows.size(); ++i) {
    const auto row = gradient.embedding.row(i);
    std::copy(row.begin(), row.end(), values + gradient.embedding.rows[i] * layout.embedding_width());
  }
  std::copy(gradient.dense.begin(), gradient.dense.end(), values + layout.dense_begin());
  return flat;
}

void run(const nlohmann::json& job, const std::filesystem::path& out) {
  const c10::InferenceMode no_autograd;
  const TrainConfig config = config_of(job);
  const Split split = split_of(job);
  std::vector<std::uint32_t> rows(split.rows());
  for (std::uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  std::int64_t longest = 0;
  for (std::size_t row = 0; row < split.rows(); ++row) longest = std::max(longest, static_cast<std::int64_t>(split.row(row).size()));
  SharedWeights shared;
  Workers workers(config.threads);
  const auto model = make_model(config, 4, longest, shared, workers.device());

  SelfCommunicator comm;
  const auto trainer = make_trainer(comm, workers, *model, config, job["steps"]);
  trainer->settled_parameters().assign(read_weights(model->layout(), job["init"].get<std::string>()));

  Output output;
  const PackedBatch packed = pack(split, rows);
  const auto tokens = distinct_tokens(packed.tokens);
  const Batch batch = workers.load(packed, tokens, 0);
  const at::Tensor logits = model->logits(trainer->settled_parameters(), batch, workers.workspace(0));
  output.add("logits", {packed.rows(), 4}, {logits.const_data_ptr<float>(), static_cast<std::size_t>(packed.rows() * 4)});
  Gradient gradient;
  model->forward_backward(trainer->settled_parameters(), batch, {.stream = nullptr, .label_smoothing = 0, .batch_rows = packed.rows()},
                          workers.workspace(0), host_target(gradient, tokens, *model));
  output.add("gradient.", trainer->settled_parameters(), flat_gradient(gradient, model->layout()));

  std::vector<float> losses;
  for (std::int64_t step = 0; step < job["steps"]; ++step) {
    losses.push_back(static_cast<float>(trainer->step(split, rows, false)->loss));
  }
  output.add("losses", {static_cast<std::int64_t>(losses.size())}, losses);
  output.add("trained.", trainer->settled_parameters(), trainer->settled_parameters().flat());
  output.write(out);
  std::cout << nlohmann::json{{"total", model->total_count()}, {"trainable", model->layout().count()}}.dump() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  try {
    run(nlohmann::json::parse(agsweep::read_file(argv[1])), argv[2]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
  return 0;
}
