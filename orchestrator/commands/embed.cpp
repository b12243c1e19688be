#include <cstdio>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_file.hpp"  // sealed_json
#include "orchestrator/commands/command.hpp"
#include "orchestrator/embedding/embedding_files.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/options/output_path.hpp"
#include "orchestrator/training/loaded_model.hpp"
#include "workers/kernels/cross_entropy.hpp"  // predicted_class

namespace agsweep {

namespace {

namespace fs = std::filesystem;

struct EmbedArgs {
  fs::path data;
  std::string split = "test";
  fs::path out;
  fs::path projector;
  double timeout = TrainConfig{}.timeout;
  fs::path weights;
};

OptionTable<EmbedArgs> table() {
  using A = EmbedArgs;
  return {
      {&A::data, data_option()},
      {&A::split, {.name = "split", .placeholder = "NAME", .words = {"train", "val", "test"}, .help = "which rows"}},
      {&A::out, {.name = "out", .placeholder = "FILE", .required = true, .help = "numpy's .npy: an array [rows, width] of fp32"}},
      {&A::projector,
       {.name = "projector", .placeholder = "DIR", .help = "write a folder for TensorBoard's projector too: tensorboard --logdir DIR"}},
      {&A::timeout, timeout_option()},
      {&A::weights, weights_option()},
  };
}

HiddenStates hidden_states_of(Prediction prediction, const Split& split, std::string name, std::vector<std::string> class_names) {
  HiddenStates embedding{.split = std::move(name),
                         .width = prediction.width(),
                         .hidden = std::move(prediction.hidden),
                         .labels = split.labels,
                         .predicted = {},
                         .class_names = std::move(class_names)};
  for (std::span<const float> logits = prediction.logits; !logits.empty(); logits = logits.subspan(prediction.classes)) {
    embedding.predicted.push_back(static_cast<std::uint8_t>(predicted_class(logits.first(prediction.classes))));
  }
  return embedding;
}

ExitCode run(const Invocation& call) {
  const CommandLine line = parse_command_line(options_of(table()), call.arguments, {"RUN"});
  EmbedArgs args;
  fill(table(), line.asked, args);
  const fs::path folder = line.positional[0];

  const auto comm = call.session->world(args.timeout);
  const LoadedModel model = load_model(*comm, folder, args.weights, args.data, args.split);
  together(*comm, [&] { require_output(args.out, "--out", files_read(folder, model.stored, args.data)); });
  Prediction prediction = predict_split(*comm, model, "embed " + args.split, Keep::logits_and_hidden);
  on_rank_zero(*comm, [&] {
    const HiddenStates embedding = hidden_states_of(std::move(prediction), model.rows(), args.split, model.corpus.info.class_names);
    write_npy(args.out, embedding.hidden, embedding.width);
    if (!args.projector.empty()) write_projector(args.projector, embedding);
    // A report draws it; an adapter's folder, which is Python's, is left as it is.
    std::string wrote = args.out.string();
    if (!args.projector.empty()) wrote += fmt::format(", {}", args.projector.string());
    if (fs::exists(folder / "config.toml")) {
      const PlaneView plane = principal_plane(embedding.hidden, embedding.width);
      write_file_atomically(folder / "embedding.json", sealed_json(plane_json(plane, embedding).dump()));
      wrote += fmt::format(", {}", (folder / "embedding.json").string());
    }
    fmt::print("wrote {}: {} rows of {} channels\n", wrote, embedding.rows(), embedding.width);
  });
  return ExitCode::done;
}

}  // namespace

Command embed_command() {
  return {.name = "embed",
          .usage = "(RUN or ADAPTER) --data data.h5 --out FILE.npy [options]",
          .summary = "what a model makes of each row before it chooses a class: the last token's last hidden state",
          .options = options_of(table()),
          .run = run,
          .on_all_ranks = true};
}

}  // namespace agsweep
