#include "orchestrator/embedding/run_embed.hpp"

#include <cstdio>

#include "base/file.hpp"
#include "base/json_file.hpp"  // sealed_json
#include "base/system.hpp"     // say
#include "orchestrator/embedding/embedding_files.hpp"
#include "orchestrator/options/output_path.hpp"
#include "orchestrator/training/loaded_model.hpp"
#include "workers/kernels/cross_entropy.hpp"  // predicted_class

namespace agsweep {

namespace fs = std::filesystem;

namespace {

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

}  // namespace

ExitCode run_embed(Session& session, const fs::path& folder, const EmbedArgs& args) {
  const auto comm = session.world(args.timeout);
  const LoadedModel model = load_model(*comm, folder, args.weights, args.data, args.split);
  together(*comm, [&] { require_output(args.out, "--out", files_read(folder, model.stored, args.data)); });
  Prediction prediction = predict_split(*comm, model, "embed " + args.split, Keep::logits_and_hidden);
  on_rank_zero(*comm, [&] {
    const HiddenStates embedding = hidden_states_of(std::move(prediction), model.rows(), args.split, model.corpus.info.class_names);
    write_npy(args.out, embedding.hidden, embedding.width);
    if (!args.projector.empty()) write_projector(args.projector, embedding);
    // A sweep's report draws it, beside the run's other figures of its own corpus. An adapter's folder, which is Python's, is left as it
    // is.
    std::string wrote = args.out.string();
    if (!args.projector.empty()) wrote += fmt::format(", {}", args.projector.string());
    if (is_own_corpus(model.stored, args.data) == true) {
      const PlaneView plane = model.devices.torch.principal_plane(embedding.hidden, embedding.width);
      try {
        write_file_atomically(folder / "embedding.json", sealed_json(plane_json(plane, embedding).dump()));
        wrote += fmt::format(", {}", (folder / "embedding.json").string());
      } catch (const RunTimeError& error) {  // another user's run
        say(fmt::format("note: no embedding.json for reports: {}", error.what()));
      }
    }
    fmt::print("wrote {}: {} rows of {} channels\n", wrote, embedding.rows(), embedding.width);
  });
  return ExitCode::done;
}

}  // namespace agsweep
