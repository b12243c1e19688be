#include "orchestrator/sweep/sweep_folder.hpp"

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/system.hpp"
#include "orchestrator/sweep/option_check.hpp"
#include "sweeps/aggregate/sweep_results.hpp"  // time_budget_attribute
#include "sweeps/journal/journal_record.hpp"
#include "sweeps/journal/process_identity.hpp"
#include "sweeps/space/resolved_spec.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

void write_spec(const SweepArgs& args, const SweepPlan& plan) {
  if (!plan.given.empty()) write_file_atomically(args.out / "sweep.toml", plan.given);
  write_file_atomically(args.out / "sweep.resolved.toml", sealed_spec(plan.spec));
}

/// An attribute of the study as the sweep began, or, in a new one, as it begins now.
template <typename T>
T agreed(const Study& study, const char* key, const T& now, const char* option) {
  const auto stored = study.attributes.find(key);
  if (stored == study.attributes.end()) return now;
  T before{};
  try {
    before = stored->second.get<T>();
  } catch (const nlohmann::json::exception&) {
    throw DataError("{}: {}: {} is of the wrong type", study.file, key, stored->second.dump());
  }
  if (before != now) throw UsageError("{}: {}, but the sweep was begun with {}", option, now, before);
  return before;
}

}  // namespace

OpenSweep open_sweep(const SweepArgs& args, const SweepPlan& plan, const SweepIdentity& identity, std::function<void()> require_lock) {
  OpenedJournal opened = open_journal(args.out / "journal.log", std::move(require_lock), args.repair);
  const Study& study = opened.study;
  std::int64_t workers = identity.workers;
  if (const auto stored = study.attributes.find("agsweep:workers"); stored != study.attributes.end() && !identity.workers_given) {
    workers = stored->second.is_number_integer() ? stored->second.get<std::int64_t>() : workers;
  }
  std::map<std::string, nlohmann::json> attributes = {
      {"agsweep:model", agreed(study, "agsweep:model", plan.spec.model, "model")},
      {"agsweep:metric", agreed(study, "agsweep:metric", std::string(to_word(plan.spec.metric)), "metric")},
      {"agsweep:epochs", agreed(study, "agsweep:epochs", identity.epochs, "epochs")},
      {"agsweep:data_sha256", agreed(study, "agsweep:data_sha256", identity.data_sha256, "--data")},
      {"agsweep:train_limit", agreed(study, "agsweep:train_limit", identity.train_limit, "--train-limit")},
      {"agsweep:val_limit", agreed(study, "agsweep:val_limit", identity.val_limit, "--val-limit")},
      {"agsweep:deterministic", agreed(study, "agsweep:deterministic", identity.deterministic, "--deterministic")},
  };
  const auto add_input = [&](const char* key, const std::string& sha256, const char* option) {
    if (!sha256.empty()) attributes[key] = agreed(study, key, sha256, option);
  };
  add_input("agsweep:weights_sha256", identity.weights_sha256, "--weights");
  add_input("agsweep:geometry_sha256", identity.geometry_sha256, "--weights: its config.json");
  add_input("agsweep:init_sha256", identity.init_sha256, "--init");
  if (identity.deterministic) attributes["agsweep:workers"] = agreed(study, "agsweep:workers", workers, "--workers");

  const std::string writer = worker_id(this_process());
  SweepState state(plan.spec, identity.epochs, writer, train_option_check());
  state.replay(study, utc_now());
  write_spec(args, plan);
  for (const auto& [key, value] : attributes) state.set_attribute(key, value);
  state.name_metric();
  const std::string budget_key(time_budget_attribute);
  if (!identity.time_budget_ends.empty()) {
    state.set_attribute(budget_key, identity.time_budget_ends);
  } else if (study.attributes.contains(budget_key)) {
    state.set_attribute(budget_key, nullptr);
  }
  if (args.retry_failed) state.retry_failed();
  if (const std::vector<std::string> lines = state.take_lines(); !lines.empty()) opened.journal.append(lines);
  return {.journal = std::move(opened.journal), .state = std::move(state), .workers = workers};
}

}  // namespace agsweep
