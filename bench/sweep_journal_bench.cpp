// Times the decisions of an ASHA sweep and their journal alone: trials take no time. After each append the same bytes go to a second file
// of the same folder, by one write and one fsync, so that what the disk itself takes is known. Prints one JSON line.
//
//   sweep_journal_bench FOLDER TRIALS     FOLDER: an empty one, on the disk in question
//
// bench/journal.py compares with Optuna.

#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include <fmt/format.h>

#include "base/file.hpp"
#include "base/system.hpp"
#include "sweeps/journal/journal_file.hpp"
#include "sweeps/journal/sweep_lock.hpp"
#include "sweeps/state/dispatcher.hpp"

namespace agsweep {
namespace {

constexpr std::int64_t epochs = 9;

SweepSpec spec_of(std::int64_t trials) {
  return {.name = "bench",
          .model = "gpt2-lora",
          .sampler = SamplerKind::random,
          .trials = trials,
          .space = {{.key = "lr", .scale = Scale::log, .low = 1e-5, .high = 1e-2},
                    {.key = "lora_rank", .scale = Scale::values, .values = {std::int64_t{2}, std::int64_t{8}, std::int64_t{32}}},
                    {.key = "lora_dropout", .scale = Scale::range, .low = 0, .high = 0.3}},
          .scheduler = {.kind = SchedulerKind::asha, .eta = 3}};
}

/// Better with the epochs, and different between trials.
double value_of(const SweepTrial& trial) { return trial.point[2] + 1.0 - 1.0 / static_cast<double>(trial.epochs() + 1); }

int run(const std::filesystem::path& folder, std::int64_t trials) {
  const SweepLock lock = try_lock(folder, {.process = this_process()}).lock.value();
  Journal journal = open_journal(folder / "journal.log", [&lock] { static_cast<void>(lock.holds()); }).journal;
  const FileDescriptor plain = open_file(folder / "plain", O_CREAT | O_WRONLY | O_APPEND);
  SweepState state(spec_of(trials), epochs, worker_id(this_process()), [](auto, auto, const ParameterValue& value, auto) { return value; });
  Dispatcher dispatcher(state, 1, false);

  double disk = 0;
  std::int64_t appends = 0;
  const auto commit = [&] {
    const std::vector<std::string> lines = state.take_lines();
    if (lines.empty()) return;
    journal.append(lines);
    std::string text;
    for (const std::string& line : lines) text += line + "\n";
    const double start = steady_seconds();
    write_all(plain.get(), std::as_bytes(std::span(text)), folder / "plain");
    ::fsync(plain.get());
    disk += steady_seconds() - start;
    ++appends;
  };

  const double start = steady_seconds();
  dispatcher.decide(utc_now(), 1);
  commit();
  while (const auto trial = dispatcher.take()) {
    for (bool goes_on = true; goes_on;) {
      const SweepTrial& one = state.trial(*trial);
      dispatcher.reported(*trial, one.epochs() + 1, value_of(one));
      const auto answers = dispatcher.decide(utc_now());
      commit();
      goes_on = answers.at(0).second == Answer::go_on && !state.trial(*trial).ended();
    }
  }
  state.close(utc_now());
  commit();
  const double all = steady_seconds() - start - disk;

  std::int64_t trained = 0;
  for (const SweepTrial& trial : state.trials()) trained += trial.epochs();
  fmt::print("{{\"trials\": {}, \"epochs\": {}, \"appends\": {}, \"seconds\": {:.6f}, \"disk_seconds\": {:.6f}}}\n", state.trials().size(),
             trained, appends, all, disk);
  return 0;
}

}  // namespace
}  // namespace agsweep

int main(int argc, char** argv) try {
  if (argc != 3) {
    std::fprintf(stderr, "usage: sweep_journal_bench FOLDER TRIALS\n");
    return 2;
  }
  return agsweep::run(argv[1], std::stoll(argv[2]));
} catch (const std::exception& error) {
  std::fprintf(stderr, "sweep_journal_bench: %s\n", error.what());
  return 1;
}
