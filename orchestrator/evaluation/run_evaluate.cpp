#include "orchestrator/evaluation/run_evaluate.hpp"

#include <array>
#include <cstdio>
#include <optional>

#include "orchestrator/evaluation/calibration_text.hpp"
#include "orchestrator/options/output_path.hpp"
#include "orchestrator/training/loaded_model.hpp"
#include "orchestrator/training/metrics_text.hpp"
#include "workers/run/run_folder.hpp"  // to_json(Metrics)

namespace agsweep {

ExitCode run_evaluate(Session& session, const std::filesystem::path& folder, const EvaluateArgs& args) {
  const auto comm = session.world(args.timeout);
  const LoadedModel model = load_model(*comm, folder, args.weights, args.data, args.split);
  if (!args.out.empty()) {
    together(*comm, [&] { require_output(args.out, "--out", files_read(folder, model.stored, args.data)); });
  }
  const Split& split = model.rows();
  const CorpusInfo& info = model.corpus.info;
  const Prediction prediction = predict_split(*comm, model, "evaluate " + args.split);
  const Calibration calibration = calibration_of(prediction.logits, split.labels);
  std::optional<bool> own_corpus;
  on_rank_zero(*comm, [&] {
    if (!args.out.empty()) write_predictions(args.out, split, prediction);
    own_corpus = is_own_corpus(model.stored, args.data);
  });
  if (comm->rank() != 0) return ExitCode::done;
  nlohmann::json metrics = to_json(prediction.metrics);
  if (args.json) {
    metrics["split"] = args.split;
    metrics["calibration"] = to_json(calibration);
    metrics["out_of_distribution"] = own_corpus ? nlohmann::json(!*own_corpus) : nlohmann::json();
    metrics["synthetic"] = info.synthetic;
    metrics["random_base"] = model.stored.random_base;
    fmt::print("{}\n", metrics.dump(2));
  } else {
    fmt::print("{}", caveats(info.synthetic, model.stored.random_base));
    if (!own_corpus) fmt::print("the adapter does not tell its corpus or its classes' order: labels are taken by their numbers\n");
    if (own_corpus == false)
      fmt::print("out of distribution: the model was trained on another data.h5 (of the same texts it may know rows)\n");
    fmt::print("{}\n{}", metrics_text(metrics, info.class_names), calibration_text(calibration));
  }
  if (!args.figures.empty()) {
    const std::array figures = {
        reliability_figure(calibration, fmt::format("the {} split of {}", args.split, args.data.filename().string()))};
    write_figures(figures, args.figures);
  }
  return ExitCode::done;
}

}  // namespace agsweep
