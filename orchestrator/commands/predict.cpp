#include <cmath>  // std::exp
#include <cstdio>
#include <iostream>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "data/plain_texts.hpp"
#include "data/tokenizer.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/training/stored_model.hpp"
#include "orchestrator/world/devices.hpp"
#include "orchestrator/world/launch.hpp"
#include "workers/comm/self_communicator.hpp"
#include "workers/train/predict.hpp"

namespace agsweep {

namespace {

struct PredictArgs {
  std::filesystem::path csv;
  std::string text_columns = "2,3";
  std::filesystem::path tokenizer;
  std::filesystem::path weights;
  bool json = false;
};

OptionTable<PredictArgs> table() {
  using A = PredictArgs;
  return {
      {&A::csv, {.name = "csv", .placeholder = "FILE", .help = "read texts from a CSV file instead of the lines of standard input"}},
      {&A::text_columns, {.name = "text-columns", .placeholder = "LIST", .help = "columns of --csv, from 1, that make up the text"}},
      {&A::tokenizer, tokenizer_option()},
      {&A::weights, weights_option()},
      {&A::json, json_option("print a JSON object a text, one a line")},
  };
}

PlainTexts read_texts(const PredictArgs& args) {
  if (args.csv.empty()) return read_line_texts(std::cin, "standard input");
  return read_csv_texts(args.csv, parse_columns(args.text_columns, "--text-columns", 1));
}

std::vector<double> softmax(std::span<const float> logits) {
  const double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> probabilities;
  double sum = 0;
  for (const float logit : logits) sum += probabilities.emplace_back(std::exp(logit - largest));
  for (double& probability : probabilities) probability /= sum;
  return probabilities;
}

void print(const Prediction& prediction, std::size_t rows, const std::vector<std::string>& class_names, bool json) {
  if (!json) fmt::print("class\t{}\n", fmt::join(class_names, "\t"));
  for (std::size_t row = 0; row < rows; ++row) {
    const auto probabilities = softmax(std::span(prediction.logits).subspan(row * prediction.classes, prediction.classes));
    const auto best = static_cast<std::size_t>(std::max_element(probabilities.begin(), probabilities.end()) - probabilities.begin());
    if (json) {
      nlohmann::json by_class;
      for (std::size_t i = 0; i < probabilities.size(); ++i) by_class[class_names[i]] = probabilities[i];
      fmt::print("{}\n", nlohmann::json{{"class", class_names[best]}, {"probabilities", by_class}}.dump());
    } else {
      fmt::print("{}\t{:.4f}\n", class_names[best], fmt::join(probabilities, "\t"));
    }
  }
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"RUN"});
  PredictArgs args;
  fill(table(), line.asked, args);
  StoredModel model = read_stored_model(line.positional[0], args.weights);
  if (model.class_names.empty()) {
    throw UsageError("{}: an adapter folder does not name its classes; predict takes a run's folder", line.positional[0]);
  }
  const Tokenizer tokenizer(args.tokenizer.empty() ? default_tokenizer_folder() : args.tokenizer);
  if (tokenizer.sha256() != model.tokenizer_sha256) {
    throw DataError("the tokenizer is not the one that the model was trained with (SHA-256 {}, not {}); name that one by --tokenizer",
                    tokenizer.sha256(), model.tokenizer_sha256);
  }
  const Split split = tokenised(read_texts(args), tokenizer, model.max_length);
  SelfCommunicator comm;
  const World world = survey(comm);
  model.config.threads = world.facts(0).cpus;
  const JobDevices devices = find_devices(comm, world, model.config.device == Device::cpu ? std::optional(Device::cpu) : std::nullopt);
  const Prediction prediction = predict(comm, split, model.classes, model.config, devices.place, model.trained, {});
  print(prediction, split.rows(), model.class_names, args.json);
  return ExitCode::done;
}

}  // namespace

Command predict_command() {
  return {.name = "predict",
          .usage = "RUN [options] < texts",
          .summary = "class and probabilities of each text, as tab-separated values",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
