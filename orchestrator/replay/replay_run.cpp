#include "orchestrator/replay/replay_run.hpp"

#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdlib>  // mkdtemp
#include <iostream>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/json_file.hpp"
#include "base/seal.hpp"  // check_rows
#include "base/system.hpp"
#include "orchestrator/options/resolve.hpp"
#include "orchestrator/options/train_options.hpp"
#include "orchestrator/replay/bit_promise.hpp"
#include "orchestrator/signals/stop_signals.hpp"
#include "orchestrator/terminal/progress_display.hpp"
#include "orchestrator/training/run_inputs.hpp"
#include "orchestrator/training/run_lock.hpp"  // require_no_sweep
#include "orchestrator/training/train_progress.hpp"
#include "orchestrator/world/versions.hpp"
#include "workers/comm/self_communicator.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

/// The repeated run's folder: --out, or one that is gone afterwards.
class ReplayFolder {
 public:
  explicit ReplayFolder(const fs::path& out) : path_(out), kept_(!out.empty()) {
    if (kept_) {
      require_no_sweep(out);
      if (fs::exists(out) && !fs::is_empty(out)) throw UsageError("--out: {} is not empty", out.string());
      return;
    }
    std::error_code failure;
    const fs::path folder = fs::temp_directory_path(failure);
    if (failure) throw RunTimeError("TMPDIR names no folder: {}; give --out", failure.message());
    std::string name = (folder / "agsweep-replay-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw RunTimeError("{}: cannot be made: {}; give --out", name, error_text(errno));
    path_ = name;
  }
  ReplayFolder(const ReplayFolder&) = delete;
  ReplayFolder& operator=(const ReplayFolder&) = delete;
  ~ReplayFolder() {
    std::error_code left_behind;
    if (!kept_) fs::remove_all(path_, left_behind);
  }
  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
  bool kept_;
};

/// Shows the training, and asks it to stop where a recorded run ended before its time.
class ReplayProgress final : public TrainObserver {
 public:
  /// @param last_step  of the recorded run; 0: it went to its end
  /// @param stop       also set where a signal asks for it
  ReplayProgress(TrainProgress& shown, std::int64_t last_step, const StopSignals& signals, std::atomic<bool>& stop)
      : shown_(shown), last_step_(last_step), signals_(signals), stop_(stop) {}

  void on_start(std::int64_t total_steps, std::int64_t steps_per_epoch, std::int64_t done_steps) override {
    shown_.on_start(total_steps, steps_per_epoch, done_steps);
  }
  void on_step(const StepReport& report) override {
    shown_.on_step(report);
    if (report.step == last_step_ || signals_.stop()) stop_ = true;
  }
  void on_evaluation(std::string_view split, std::int64_t done, std::int64_t all) override {
    shown_.on_evaluation(split, done, all);
    if (signals_.stop()) stop_ = true;
  }
  void on_epoch(const EpochReport& report) override { shown_.on_epoch(report); }
  void on_message(std::string_view line) override { shown_.on_message(line); }

 private:
  TrainProgress& shown_;
  std::int64_t last_step_;
  const StopSignals& signals_;
  std::atomic<bool>& stop_;
};

/// The step of the last whole line of steps.csv; 0 where there is none.
std::int64_t last_step(const fs::path& run) {
  const std::string text = read_file(run / "steps.csv");
  const std::string lines = text.substr(0, text.rfind('\n') + 1);
  const std::size_t last = lines.size() < 2 ? 0 : lines.rfind('\n', lines.size() - 2) + 1;
  std::int64_t step = 0;
  std::from_chars(lines.data() + last, lines.data() + lines.size(), step);
  return step;
}

/// On the kind of device that the run was trained on; where this machine has no GPU, on the CPU.
JobDevices devices_here(Communicator& comm, const World& world, Device recorded) {
  return find_devices(comm, world, recorded == Device::cpu ? std::optional(Device::cpu) : std::nullopt);
}

}  // namespace

Replay replay_run(const fs::path& run, const ReplayArgs& args, const std::string& command) {
  const StoredRun stored = read_run(run);
  const nlohmann::json recorded =
      fs::exists(run / "result.json") ? read_sealed_json(run / "result.json", "put it back as it was") : nullptr;
  const std::string status = recorded.is_null() ? "" : recorded.value("status", "");
  for (const char* const name : {"steps.csv", "hashes.csv"}) {
    check_rows(run / name, read_file(run / name), recorded, "result.json", status != "done");
  }
  const StopSignals signals("\nstopping\n");  // before the folder: that is removed then
  const ReplayFolder folder(args.out);

  SelfCommunicator alone;
  const World world = survey(alone);
  AskedOptions options = stored.options;
  if (!args.weights.empty()) options.insert_or_assign("weights", Asked{args.weights.string(), "--weights"});
  if (!args.init.empty()) options.insert_or_assign("init", Asked{args.init.string(), "--init"});
  const RunPlan plan{.state = RunPlan::State::fresh,
                     .options = options,
                     .record = stored.record,
                     .result = {},
                     .data = args.data.empty() ? stored.record.data : args.data,
                     .data_given = false};
  const RunInputs inputs = read_inputs(alone, plan, filled_config(options));
  const JobDevices devices = devices_here(alone, world, filled_config(options).device);
  options.insert_or_assign("device", Asked{std::string(to_word(devices.kind)), "replay"});
  TrainConfig config = resolve(options, world.facts(static_cast<std::int64_t>(inputs.corpus.train.rows()), devices.kind)).config;
  config.tensorboard = false;

  ProgressDisplay display(std::cerr, ProgressStyle::of(STDERR_FILENO), steady_seconds);
  TrainProgress shown(display, config.epochs, config.metric);
  std::atomic<bool> stop = false;
  ReplayProgress progress(shown, status == "done" ? 0 : last_step(run), signals, stop);
  const std::string config_toml = config_text(config, options, stored.record);
  const RunIdentity identity{.folder = folder.path(),
                             .config = config_toml,
                             .config_seal = config_seal(config_toml),
                             .command = command,
                             .config_hash = config_hash(config, stored.record.sha256),
                             .data_sha256 = stored.record.sha256.data,
                             .environment = environment(world, devices, inputs.record),
                             .test_split = !recorded.is_null() && recorded.contains("test") && !recorded.at("test").is_null(),
                             .note = {}};
  const std::shared_ptr<SharedWeights> shared = devices.torch.make_shared_weights(/*keeps_start_values=*/false);
  try {
    devices.torch.train(alone, inputs.corpus, *shared, devices.place, config, identity, progress, stop);
  } catch (const TrialFailure& failure) {
    if (status != "failed") throw;
    display.message(fmt::format("failed as recorded: {}", failure.what()));
  } catch (const Interrupted&) {
    if (!signals.stop()) throw;
  }
  if (signals.stop()) throw RunTimeError("stopped by a signal; replay begins again at the first step");

  nlohmann::json here = devices.facts;
  here["versions"] = versions();
  Replay replay{.recorded_ranks = recorded.is_null() ? 1 : recorded.value("ranks", std::int64_t{1}),
                .other_bits = reasons_for_other_bits(recorded, here),
                .bits = compare_bits(run, folder.path()),
                .nearly = {}};
  if (!replay.bits.identical() && !recorded.is_null()) replay.nearly = compare_nearly(run, folder.path());
  return replay;
}

}  // namespace agsweep
