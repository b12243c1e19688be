#include <cstdio>
#include <iostream>

#include "base/error.hpp"
#include "base/system.hpp"  // say
#include "data/plain_texts.hpp"
#include "data/tokenizer.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/training/prediction_text.hpp"
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

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"RUN"});
  PredictArgs args;
  fill(table(), line.asked, args);
  StoredModel model = read_stored_model(line.positional[0], args.weights);
  if (!model.sealed) say(unsealed_note);
  if (model.class_names.empty()) {
    throw UsageError("{}: an adapter folder does not name its classes; predict takes a run's folder", line.positional[0]);
  }
  const Tokenizer tokenizer(args.tokenizer.empty() ? default_tokenizer_folder() : args.tokenizer);
  require_tokenizer(tokenizer, model);
  const Split split = tokenised(read_texts(args), tokenizer, model.max_length);
  SelfCommunicator comm;
  const World world = survey(comm);
  model.config.threads = world.facts(0).cpus;
  const JobDevices devices = devices_of_model(comm, world, model.config.device);
  const Prediction prediction = predict(comm, split, model.classes, model.config, devices.place, model.trained, {});
  fmt::print("{}", args.json ? class_json_lines(prediction, model.class_names) : class_table(prediction, model.class_names));
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
