#include "orchestrator/prediction/run_predict.hpp"

#include <algorithm>  // std::count
#include <cstdio>
#include <iostream>

#include "base/system.hpp"  // say
#include "data/plain_texts.hpp"
#include "data/tokenizer.hpp"
#include "orchestrator/options/common_options.hpp"  // parse_columns
#include "orchestrator/prediction/prediction_text.hpp"
#include "orchestrator/training/stored_model.hpp"
#include "orchestrator/world/devices.hpp"
#include "orchestrator/world/launch.hpp"
#include "workers/comm/self_communicator.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

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

}  // namespace

ExitCode run_predict(const fs::path& run, const PredictArgs& args, const TableFormat& format) {
  StoredModel model = read_stored_model(run, args.weights);
  if (!model.sealed) say(unsealed_note);
  if (model.class_names.empty()) {
    throw UsageError("{}: an adapter folder does not name its classes; predict takes a run's folder", run.string());
  }
  const fs::path tokenizer_folder = args.tokenizer.empty() ? default_tokenizer_folder() : args.tokenizer;
  const Tokenizer tokenizer(tokenizer_folder);
  require_tokenizer(tokenizer_folder, tokenizer, model);
  const TokenisedTexts texts = tokenised(read_texts(args, format, model), tokenizer, model.max_length);
  say_of_texts(texts);
  SelfCommunicator comm;
  const World world = survey(comm);
  model.config.threads = world.facts(0).cpus;
  const JobDevices devices = devices_of_model(comm, world, model.config.device);
  const Prediction prediction =
      devices.torch.predict(comm, texts.split, model.classes, model.config, devices.place, model.trained, {}, Keep::logits);
  fmt::print("{}", args.json ? class_json_lines(prediction, texts.blank, model.class_names)
                             : class_table(prediction, texts.blank, model.class_names));
  return ExitCode::done;
}

}  // namespace agsweep
