#include "orchestrator/options/output_path.hpp"

#include <algorithm>  // std::find
#include <array>

#include "base/error.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

// What later commands take for the truth. Predictions, reports and tables can be written again.
constexpr std::array<std::string_view, 16> run_records = {"config.toml", "result.json",  "model.safetensors", "steps.csv",
                                                          "epochs.csv",  "hashes.csv",   "log.txt",           "journal.log",
                                                          "sweep.toml",  "results.csv",  "sweep.lock",        "sweep.resolved.toml",
                                                          "test.json",   "confirm.json", "inference.json",    "embedding.json"};

bool is_record(const fs::path& out) {
  std::error_code unreadable;
  const fs::path path = fs::weakly_canonical(out, unreadable);
  const fs::path folder = path.parent_path();
  const auto holds = [&](const char* name) { return fs::exists(folder / name, unreadable); };
  if (folder.filename() == "checkpoints" && path.extension() == ".safetensors") return fs::exists(path, unreadable);
  const std::string name = path.filename().string();
  const bool sealed_rows = name == "predictions_test.csv" && holds("test.json");
  return holds(name.c_str()) && (holds("config.toml") || holds("journal.log")) &&
         (sealed_rows || std::find(run_records.begin(), run_records.end(), name) != run_records.end());
}

}  // namespace

void require_output(const fs::path& out, std::string_view option, std::span<const fs::path> inputs) {
  std::error_code not_there;
  for (const fs::path& input : inputs) {
    if (fs::equivalent(out, input, not_there) && !not_there) {
      throw UsageError("{}: {} is {}, which this command reads; choose another file", option, out.string(), input.string());
    }
  }
  if (is_record(out)) throw UsageError("{}: {} is a record of a run or a sweep; choose another file", option, out.string());
}

}  // namespace agsweep
