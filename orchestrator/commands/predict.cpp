#include <cmath>  // std::exp
#include <cstdio>
#include <iostream>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "data/csv_reader.hpp"
#include "data/record_text.hpp"
#include "data/tokenizer.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/columns.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/config_file.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/training/run_inputs.hpp"
#include "orchestrator/world/cpus.hpp"
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
      {&A::tokenizer,
       {.name = "tokenizer",
        .placeholder = "DIR",
        .help = "folder of GPT-2's encoder.json and vocab.bpe; not given, the one that agsweep was installed with"}},
      {&A::weights, {.name = "weights", .placeholder = "DIR", .help = "where the run's GPT-2 is now; not given: where it was in training"}},
      {&A::json, {.name = "json", .flag = true, .help = "print a JSON object a text, one a line"}},
  };
}

/// Texts and, for errors, where each stands: "stdin:3".
struct Texts {
  std::vector<std::string> texts;
  std::vector<std::string> places;
};

Texts read_texts(const PredictArgs& args) {
  Texts read;
  if (args.csv.empty()) {
    for (std::string line; std::getline(std::cin, line);) {
      read.texts.emplace_back(trimmed(line));
      read.places.push_back(fmt::format("standard input:{}", read.texts.size()));
    }
    if (std::cin.bad()) throw RunTimeError("cannot read standard input");
    if (read.texts.empty()) throw DataError("standard input is empty: expected a text a line");
    return read;
  }
  const std::vector<int> columns = parse_columns(args.text_columns, "--text-columns", 1);
  const std::string content = read_file(args.csv);
  CsvReader reader(content, args.csv.string(), static_cast<std::size_t>(*std::max_element(columns.begin(), columns.end())));
  for (CsvRecord record; reader.next(record);) {
    read.texts.push_back(record_text(record, columns));
    read.places.push_back(fmt::format("{}:{}", args.csv.string(), record.line));
  }
  return read;
}

Split tokenised(const Texts& texts, const Tokenizer& tokenizer, std::int64_t max_length) {
  Split split;
  split.offsets.push_back(0);
  Tokenizer::Encoder encoder(tokenizer);
  for (std::size_t i = 0; i < texts.texts.size(); ++i) {
    encoder.encode(texts.texts[i], static_cast<std::size_t>(max_length), split.tokens);
    if (split.tokens.size() == split.offsets.back()) throw DataError("{}: a text without tokens", texts.places[i]);
    split.offsets.push_back(split.tokens.size());
  }
  split.labels.resize(texts.texts.size());
  split.source_rows.resize(texts.texts.size());
  return split;
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
  const std::filesystem::path folder = line.positional[0];
  PredictArgs args;
  fill(table(), line.asked, args);
  const StoredRun stored = read_run(folder);
  const Tokenizer tokenizer(args.tokenizer.empty() ? default_tokenizer_folder() : args.tokenizer);
  if (tokenizer.sha256() != stored.record.sha256.tokenizer) {
    throw DataError("the tokenizer is not the one that the model was trained with (SHA-256 {}, not {}); name that one by --tokenizer",
                    tokenizer.sha256(), stored.record.sha256.tokenizer);
  }
  const Split split = tokenised(read_texts(args), tokenizer, stored.record.max_length);
  TrainConfig config = filled_config(stored.options);
  if (!args.weights.empty()) config.weights = args.weights;
  require_recorded_weights(stored.record, config);
  const std::array<RankCpus, 1> alone = {RankCpus{.host = "", .allowance = own_cpus()}};
  config.threads = cpus_of_rank(alone, 0);
  SelfCommunicator comm;
  const Prediction prediction = predict(comm, split, stored.record.class_names.size(), config, folder / "model.safetensors", {});
  print(prediction, split.rows(), stored.record.class_names, args.json);
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
