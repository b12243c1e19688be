#include "tests/sweeps/report/sample_sweep.hpp"

#include <algorithm>  // std::max
#include <cmath>
#include <fstream>

#include <fmt/format.h>
#include <fmt/ranges.h>  // fmt::join

#include "base/json.hpp"
#include "base/philox.hpp"
#include "sweeps/aggregate/sweep_results.hpp"  // the names of files and attributes
#include "sweeps/journal/journal_record.hpp"
#include "sweeps/space/read_spec.hpp"
#include "sweeps/space/resolved_spec.hpp"
#include "sweeps/state/sweep_state.hpp"
#include "tests/sweeps/space/small_options.hpp"

namespace agsweep::testing_support {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view writer = "agsweep-n1-4242-99";
constexpr double failing_rate = 3.5e-3;

void write_text(const fs::path& path, std::string_view text) { std::ofstream(path, std::ios::binary) << text; }

SweepSpec spec_of(const SampleSweep& sample) {
  const std::string text = fmt::format(
      "name = {}\nmodel = \"gpt2-lora\"\nmetric = \"{}\"\nsampler = \"{}\"\n{}seeds = [{}]\n"
      "[fixed]\nepochs = {}\nbatch_size = 64\n[space]\nlr = {{ log = [5e-5, 5e-3] }}\nlora_rank = {{ values = [2, 4, 8, 16, 32] }}\n"
      "lora_dropout = {{ range = [0.0, 0.3] }}\n[scheduler]\nkind = \"{}\"\n{}"
      "[[trial]]\nlr = 2e-5\nlora_rank = 8\nlora_dropout = 0.1\n",
      nlohmann::json(sample.name).dump(), sample.metric, sample.sampler, fmt::format("trials = {}\n", sample.trials),
      fmt::join(sample.seeds, ", "), sample.epochs, sample.scheduler, sample.scheduler == "asha" ? "eta = 3\nmin_epochs = 1\n" : "");
  const auto any = [](std::string_view, std::string_view, const ParameterValue& value, std::string_view) { return value; };
  return read_spec("sweep.toml", text, any);
}

/// One trial's made-up truth.
struct Truth {
  double best;
  double speed;
  double noise(std::int64_t epoch, std::uint64_t lane) const {
    PhiloxStream stream(seed, static_cast<std::uint64_t>(epoch) * 8 + lane);
    return (stream.next_unit() - 0.5) * 0.004;
  }
  std::uint64_t seed;
};

Truth truth_of(const SweepTrial& trial) {
  const double rate = std::log10(trial.point[0] / 1.2e-3);
  const double rank = trial.point[1] - 3;  // index of 16
  const double dropout = trial.point[2] - 0.1;
  const double best = 0.942 - 0.022 * rate * rate - 0.0025 * rank * rank - 0.12 * dropout * dropout;
  return {.best = best,
          .speed = 0.35 + 0.4 * std::max(0.0, 1 + rate / 2),
          .seed = static_cast<std::uint64_t>(trial.configuration * 1000 + trial.seed)};
}

double validation(const Truth& truth, std::int64_t epoch) {
  return truth.best - 0.3 * std::exp(-truth.speed * static_cast<double>(epoch) - 0.5) + truth.noise(epoch, 0);
}

double value_of(const Truth& truth, std::int64_t epoch, const std::string& metric) {
  return metric == "val.loss" ? 2 * (1 - validation(truth, epoch)) + 0.05 : validation(truth, epoch);
}

std::string epoch_rows(const Truth& truth, std::int64_t epochs, double seconds, const std::string& metric) {
  std::string rows = "epoch,split,loss,accuracy,f1_macro,f1_weighted,precision_macro,recall_macro,seconds\n";
  for (std::int64_t epoch = 1; epoch <= epochs; ++epoch) {
    const double val = validation(truth, epoch);
    const double train = val - 0.03 + 0.008 * static_cast<double>(epoch) + truth.noise(epoch, 1);
    rows += fmt::format("{},train,{:.17g},{:.17g},{:.17g},{:.17g},{:.17g},{:.17g},{:.9g}\n", epoch, 2 * (1 - train) + 0.02, train, train,
                        train, train, train, seconds * 0.9);
    rows +=
        fmt::format("{},val,{:.17g},{:.17g},{:.17g},{:.17g},{:.17g},{:.17g},{:.9g}\n", epoch,
                    metric == "val.loss" ? value_of(truth, epoch, metric) : 2 * (1 - val) + 0.05, val, val, val, val, val, seconds * 0.1);
  }
  return rows;
}

nlohmann::json metrics(double value, double loss) {
  const auto right = static_cast<std::int64_t>(value * 3000);
  const std::int64_t wrong = 3000 - right;
  nlohmann::json classes = nlohmann::json::array(), confusion = nlohmann::json::array();
  for (std::int64_t i = 0; i < 4; ++i) {
    const std::int64_t hit = right - 20 * i;
    nlohmann::json row = {0, 0, 0, 0};
    row[static_cast<std::size_t>(i)] = hit;
    row[static_cast<std::size_t>((i + 1) % 4)] = (wrong + 20 * i) / 2;
    row[static_cast<std::size_t>((i + 2) % 4)] = wrong + 20 * i - (wrong + 20 * i) / 2;
    confusion.push_back(row);
    classes.push_back({{"precision", value}, {"recall", value}, {"f1", value - 0.01 * static_cast<double>(i)}, {"support", 3000}});
  }
  return {{"loss", loss},          {"accuracy", value},    {"f1_macro", value},     {"f1_weighted", value}, {"precision_macro", value},
          {"recall_macro", value}, {"per_class", classes}, {"confusion", confusion}};
}

/// So many seconds after the sweep began.
std::string clock_at(std::int64_t seconds) {
  return fmt::format("2026-01-31T{:02}:{:02}:{:02}Z", 12 + seconds / 3600 % 12, seconds / 60 % 60, seconds % 60);
}

/// Four groups take turns; the second of two sessions follows a pause.
nlohmann::json sessions_of(std::int64_t number, std::int64_t epochs, std::int64_t epoch_seconds, std::string& ended) {
  const std::int64_t start = number / 4 * (9 * epoch_seconds + 5) + 3 * (number % 4), half = epochs / 2;
  ended = clock_at(start + epochs * epoch_seconds);
  nlohmann::json sessions = nlohmann::json::array();
  if (half > 0) {
    sessions.push_back({{"group", number % 4},
                        {"host", "n1"},
                        {"epochs", 0},
                        {"started", clock_at(start)},
                        {"ended", clock_at(start + half * epoch_seconds - 4)}});
  }
  sessions.push_back({{"group", number % 4}, {"host", "n1"}, {"epochs", half}, {"started", clock_at(start + half * epoch_seconds)}});
  return sessions;
}

nlohmann::json result_of(const SampleSweep& sample, std::int64_t number, const SweepTrial& trial, const Truth& truth) {
  std::string ended;
  const nlohmann::json sessions = sessions_of(number, trial.epochs(), static_cast<std::int64_t>(sample.device_seconds), ended);
  const std::int64_t rank = trial.point[1] < 0 ? 0 : std::int64_t{2} << static_cast<std::int64_t>(trial.point[1]);
  const nlohmann::json evaluated = metrics(validation(truth, std::max<std::int64_t>(trial.epochs(), 1)) + 0.025, 0.08);
  const double val = validation(truth, std::max<std::int64_t>(trial.best_epoch, 1));
  return {{"status", trial.phase == TrialPhase::failed ? "failed" : "done"},
          {"best", {{"epoch", trial.best_epoch}, {"train", metrics(val + 0.02, 0.1)}, {"val", metrics(val, 0.2)}}},
          {"final", {{"epoch", trial.epochs()}, {"train", evaluated}, {"val", evaluated}}},
          {"sessions", sessions},
          {"ended", ended},
          {"params_total", 124'443'648 + 101'760 * rank},
          {"params_trainable", 101'760 * rank + 3072},
          {"tokens_per_second", 41'000.0 - 100 * static_cast<double>(rank)},
          {"peak_memory_bytes", 3'100'000'000 + 9'000'000 * rank},
          {"peak_device_memory_bytes", 5'200'000'000 + 31'000'000 * rank},
          {"precision", "bf16"},
          {"versions", {{"agsweep", "0.1.0"}, {"commit", "0123456789abcdef0123456789abcdef01234567"}}},
          {"train_seconds", sample.device_seconds * 0.9 * static_cast<double>(trial.epochs())},
          {"eval_seconds", sample.device_seconds * 0.1 * static_cast<double>(trial.epochs())},
          {"ranks", 2},
          {"device", "cuda"},
          {"device_name", "NVIDIA H100 80GB HBM3"},
          {"config_hash", fmt::format("{:032x}{:.32}", trial.configuration, sample.data_sha256)},
          {"seed", trial.seed},
          {"synthetic", sample.synthetic},
          {"random_base", false}};
}

void write_run(const fs::path& sweep, const SampleSweep& sample, std::int64_t number, const SweepTrial& trial) {
  const fs::path run = sweep / "trials" / fmt::format("{:04}", number);
  const Truth truth = truth_of(trial);
  fs::create_directories(run);
  write_text(run / "epochs.csv", epoch_rows(truth, trial.epochs(), sample.device_seconds, sample.metric));
  write_text(run / "config.toml", fmt::format("batch_size = 64\nwarmup_steps = {}\n[recorded]\ndata = '/corpora/ag news.h5'\nclass_names "
                                              "= {}\nsynthetic = {}\nrandom_base = false\n",
                                              sample.warmup_steps, nlohmann::json(sample.class_names).dump(), sample.synthetic));
  if (trial.ended()) write_text(run / "result.json", result_of(sample, number, trial, truth).dump(2));
}

/// So many minutes after the sweep began.
std::string time_at(std::int64_t minute) { return fmt::format("2026-01-31T{:02}:{:02}:00Z", 12 + minute / 60 % 12, minute % 60); }

}  // namespace

void write_sample_sweep(const fs::path& folder, const SampleSweep& sample) {
  SweepState state(spec_of(sample), sample.epochs, std::string(writer), any_value);
  std::string journal;
  const auto keep = [&] {
    for (const std::string& line : state.take_lines()) journal += line + "\n";
  };
  keep();
  journal += study_attribute_line(writer, epochs_attribute, sample.epochs) + "\n";
  journal += study_attribute_line(writer, data_attribute, sample.data_sha256) + "\n";
  journal += study_attribute_line(writer, train_limit_attribute, 0) + "\n";

  std::int64_t minute = 0;
  while (const auto number = state.next(0, minute, time_at(minute))) {
    if (sample.unfinished && *number >= sample.trials / 2) break;
    const Truth truth = truth_of(state.trial(*number));
    for (bool goes_on = true; goes_on && !state.trial(*number).ended();) {
      const std::int64_t epoch = state.trial(*number).epochs() + 1;
      const std::string now = time_at(++minute);
      if (sample.all_fail || (epoch == 2 && state.trial(*number).point[0] > failing_rate)) {
        state.fail(*number, sample.error, false, now);
      } else {
        goes_on = state.report(*number, epoch, value_of(truth, epoch, sample.metric)) == Verdict::go_on;
      }
    }
    state.conclude(*number, time_at(minute));
  }
  if (!sample.unfinished) state.close(time_at(minute));
  keep();

  for (std::int64_t number = 0; number < std::ssize(state.trials()); ++number) write_run(folder, sample, number, state.trial(number));
  write_text(folder / resolved_spec_name, resolved_spec(state.spec()));
  write_text(folder / journal_name, journal);
}

}  // namespace agsweep::testing_support
