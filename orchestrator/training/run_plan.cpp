#include "orchestrator/training/run_plan.hpp"

#include "base/error.hpp"
#include "base/json_file.hpp"
#include "orchestrator/training/run_lock.hpp"  // require_no_sweep
#include "workers/run/checkpoint.hpp"          // has_checkpoint

namespace agsweep {

namespace fs = std::filesystem;

namespace {

std::string text_at(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

void require_no_leavings(const fs::path& out) {
  for (fs::path folder = out; !folder.empty(); folder = folder == folder.parent_path() ? fs::path() : folder.parent_path()) {
    std::error_code not_there;
    if (const fs::file_status status = fs::status(folder, not_there); fs::exists(status) && !fs::is_directory(status)) {
      throw UsageError("--out: {} is a file, not a folder", folder.string());
    }
  }
  for (const char* name : {"result.json", "steps.csv", "epochs.csv", "model.safetensors", "checkpoints"}) {
    if (fs::exists(out / name)) {
      throw UsageError("--out: {} holds {} of another run, but no config.toml to resume it by; choose another folder", out.string(), name);
    }
  }
}

}  // namespace

RunPlan plan_run(const TrainArgs& args, const AskedOptions& asked) {
  RunPlan plan{
      .state = RunPlan::State::fresh, .options = asked, .record = {}, .result = {}, .data = args.data, .data_given = !args.data.empty()};
  require_no_sweep(args.out);
  if (!args.config.empty()) plan.options.merge(read_config(args.config));  // the command line wins
  if (!fs::exists(args.out / "config.toml")) {
    require_no_leavings(args.out);
    if (args.data.empty()) throw UsageError("--data is required");
    return plan;
  }
  if (!args.resume) {
    throw UsageError("--out: a run stands in {}; go on with it by --resume, or choose another folder", args.out.string());
  }
  const StoredRun stored = read_run(args.out);
  plan.state = RunPlan::State::unfinished;
  plan.options = resumed_options(stored.options, plan.options);
  plan.record = stored.record;
  if (args.data.empty()) {
    plan.data = stored.record.data;
  } else {
    plan.record->data = fs::absolute(args.data).lexically_normal();
  }
  const bool checkpointed = has_checkpoint(args.out / "checkpoints");
  plan.needs_init = !checkpointed || args.repair;  // which begins again where every checkpoint is damaged
  if (!fs::exists(args.out / "result.json")) return plan;
  plan.result = read_sealed_json(args.out / "result.json",
                                 "put it back as it was, or remove it: then --resume writes it anew from the last checkpoint");
  const std::string status = text_at(plan.result, "status");
  if (status == "failed") {
    throw RunTimeError("{}: this run failed, and would fail again: {}", args.out.string(), text_at(plan.result, "error"));
  }
  // Lost weights come again from the last checkpoint.
  const bool weights_to_write = !fs::exists(args.out / "model.safetensors") && checkpointed;
  if (status == "done" && !weights_to_write) plan.state = RunPlan::State::finished;
  return plan;
}

}  // namespace agsweep
