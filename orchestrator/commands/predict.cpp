#include <algorithm>  // std::count
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
      {&A::csv, {.name = "csv", .placeholder = "FILE", .help = "read texts from a CSV or TSV file instead of the lines of standard input"}},
      {&A::text_columns,
       {.name = "text-columns",
        .placeholder = "LIST",
        .help = "columns of --csv that make up the text: numbers from 1, or names that stand in the first line"}},
      {&A::tokenizer, tokenizer_option()},
      {&A::weights, weights_option()},
      {&A::json, json_option("print a JSON object a text, one a line")},
  };
}

std::vector<std::string> read_texts(const PredictArgs& args, const TableFormat& format, const StoredModel& model) {
  if (args.csv.empty()) return read_line_texts(std::cin, "standard input");
  const TableColumns wanted{.columns = parse_columns(args.text_columns, "--text-columns", 1),
                            .with_class = false,
                            .option = "--text-columns",
                            .known_classes = model.class_names};
  return read_table_texts(args.csv, wanted, format, model.join);
}

void say_of_texts(const TokenisedTexts& texts) {
  const auto blank = std::count(texts.blank.begin(), texts.blank.end(), true);
  if (blank > 0) say(fmt::format("blank texts, which have no class: {} of {}", blank, texts.blank.size()));
  if (texts.not_utf8 > 0) {
    say(fmt::format("warning: {} of {} texts are not UTF-8; each bad byte sequence counts as U+FFFD", texts.not_utf8, texts.blank.size()));
  }
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table(), format_table()), call.arguments, {"RUN"});
  PredictArgs args;
  fill(table(), line.asked, args);
  FormatArgs format;
  fill(format_table(), line.asked, format);
  StoredModel model = read_stored_model(line.positional[0], args.weights);
  if (!model.sealed) say(unsealed_note);
  if (model.class_names.empty()) {
    throw UsageError("{}: an adapter folder does not name its classes; predict takes a run's folder", line.positional[0]);
  }
  const std::filesystem::path folder = args.tokenizer.empty() ? default_tokenizer_folder() : args.tokenizer;
  const Tokenizer tokenizer(folder);
  require_tokenizer(folder, tokenizer, model);
  const TokenisedTexts texts = tokenised(read_texts(args, table_format(format), model), tokenizer, model.max_length);
  say_of_texts(texts);
  SelfCommunicator comm;
  const World world = survey(comm);
  model.config.threads = world.facts(0).cpus;
  const JobDevices devices = devices_of_model(comm, world, model.config.device);
  const Prediction prediction = predict(comm, texts.split, model.classes, model.config, devices.place, model.trained, {});
  fmt::print("{}", args.json ? class_json_lines(prediction, texts.blank, model.class_names)
                             : class_table(prediction, texts.blank, model.class_names));
  return ExitCode::done;
}

}  // namespace

Command predict_command() {
  return {.name = "predict",
          .usage = "RUN [options] < texts",
          .summary = "class and probabilities of each text, as tab-separated values",
          .options = options_of(table(), format_table()),
          .run = run};
}

}  // namespace agsweep
