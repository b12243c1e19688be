#include "orchestrator/training/trained_weights.hpp"

#include "base/error.hpp"
#include "sweeps/aggregate/sweep_results.hpp"  // resolved_spec_name
#include "workers/run/checkpoint.hpp"          // has_checkpoint

namespace agsweep {

namespace fs = std::filesystem;

fs::path trained_weights(const fs::path& run) {
  const fs::path weights = run / "model.safetensors";
  if (fs::exists(weights)) return weights;
  const fs::path sweep = fs::weakly_canonical(run).parent_path().parent_path();
  if (fs::exists(sweep / resolved_spec_name)) {
    throw DataError(
        "{}: the weights of this trial were not kept: a sweep keeps those of its best complete trials, as many as `keep` in its "
        "spec says, and of none before it has ended; train it again by `agsweep train --config {} --data DATA --out RUN`",
        weights.string(), (run / "config.toml").string());
  }
  if (has_checkpoint(run / "checkpoints")) {
    throw DataError("{}: it is not there; the run has checkpoints, from which `agsweep train --out {} --resume` goes on to it",
                    weights.string(), run.string());
  }
  throw DataError("{}: it is missing: the run has no weights", weights.string());
}

}  // namespace agsweep
