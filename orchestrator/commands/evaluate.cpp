#include <array>
#include <cstdio>

#include "base/sha256.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/output_path.hpp"
#include "orchestrator/training/calibration_text.hpp"
#include "orchestrator/training/loaded_model.hpp"
#include "orchestrator/training/metrics_text.hpp"
#include "workers/run/run_folder.hpp"  // to_json(Metrics)

namespace agsweep {

namespace {

struct EvaluateArgs {
  std::filesystem::path data;
  std::string split = "test";
  std::filesystem::path out;
  std::filesystem::path figures;
  double timeout = TrainConfig{}.timeout;
  std::filesystem::path weights;
  bool json = false;
};

OptionTable<EvaluateArgs> table() {
  using A = EvaluateArgs;
  return {
      {&A::data, data_option()},
      {&A::split, {.name = "split", .placeholder = "NAME", .words = {"train", "val", "test"}, .help = "which rows"}},
      {&A::out, {.name = "out", .placeholder = "FILE", .help = "write row, label, predicted class and logits of each row as CSV"}},
      {&A::figures, {.name = "figures", .placeholder = "DIR", .help = "write the reliability diagram to this folder, as SVG, PDF and CSV"}},
      {&A::timeout, timeout_option()},
      {&A::weights, weights_option()},
      {&A::json, json_option()},
  };
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"RUN"});
  EvaluateArgs args;
  fill(table(), line.asked, args);

  const auto comm = call.session->world(args.timeout);
  const LoadedModel model = load_model(*comm, line.positional[0], args.weights, args.data, args.split);
  if (!args.out.empty()) {
    together(*comm, [&] { require_output(args.out, "--out", files_read(line.positional[0], model.stored, args.data)); });
  }
  const Split& split = model.rows();
  const CorpusInfo& info = model.corpus.info;
  const Prediction prediction = predict_split(*comm, model, "evaluate " + args.split);
  const Calibration calibration = calibration_of(prediction.logits, split.labels);
  bool other_corpus = false;
  on_rank_zero(*comm, [&] {
    if (!args.out.empty()) write_predictions(args.out, split, prediction);
    if (!args.figures.empty()) {
      const std::array figures = {
          reliability_figure(calibration, fmt::format("the {} split of {}", args.split, args.data.filename().string()))};
      write_figures(figures, args.figures);
    }
    other_corpus = !model.stored.data_sha256.empty() && model.stored.data_sha256 != sha256_file(args.data);
  });
  if (comm->rank() != 0) return ExitCode::done;
  nlohmann::json metrics = to_json(prediction.metrics);
  if (args.json) {
    metrics["split"] = args.split;
    metrics["calibration"] = to_json(calibration);
    metrics["out_of_distribution"] = other_corpus;
    metrics["synthetic"] = info.synthetic;
    metrics["random_base"] = model.stored.random_base;
    fmt::print("{}\n", metrics.dump(2));
  } else {
    fmt::print("{}", caveats(info.synthetic, model.stored.random_base));
    if (other_corpus) fmt::print("out of distribution: the model was trained on another corpus\n");
    fmt::print("{}\n{}", metrics_text(metrics, info.class_names), calibration_text(calibration));
  }
  return ExitCode::done;
}

}  // namespace

Command evaluate_command() {
  return {.name = "evaluate",
          .usage = "(RUN or ADAPTER) --data data.h5 [options]",
          .summary = "metrics of a run's best weights, or of an adapter from Python's peft, on a split",
          .options = options_of(table()),
          .run = run,
          .on_all_ranks = true};
}

}  // namespace agsweep
