// Times training steps on a corpus's first rows: prints one JSON line with each step's seconds and the process's peak memory.
//
//   train_step_bench DATA.h5 STEPS [options of agsweep train]     (under mpirun: one line, from rank 0)
//
// With TRACE=FILE in the environment the file gets what host and device did in the second half of the steps, by PyTorch's profiler.
//
// bench/train_step.py and bench/lora_step.py compare with PyTorch, transformers and peft.

#include <chrono>
#include <cstdio>
#include <cstdlib>  // std::atoi, std::getenv
#include <exception>
#include <fstream>
#include <numeric>  // std::iota
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include "base/error.hpp"
#include "data/corpus_file.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/train_options.hpp"
#include "workers/comm/session.hpp"
#include "workers/device/compute_place.hpp"
#include "workers/device/open_platform.hpp"
#include "workers/train/make_model.hpp"
#include "workers/train/trainer.hpp"

namespace agsweep {
namespace {

/// VmHWM: getrusage() would count the memory of the process that started this one.
std::int64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::int64_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib * 1024;
  }
  return 0;
}

void begin_trace() {
  namespace profiler = torch::autograd::profiler;
  const profiler::ProfilerConfig config(profiler::ProfilerState::KINETO);
  const std::set<profiler::ActivityType> activities{profiler::ActivityType::CPU, profiler::ActivityType::CUDA};
  profiler::prepareProfiler(config, activities);
  profiler::enableProfiler(config, activities);
}

int run(const std::vector<std::string>& arguments) {
  const CommandLine line = parse_command_line(options_of(train_options()), arguments, {"DATA.h5", "STEPS"});
  const TrainConfig config = filled_config(line.asked);
  const Corpus corpus = read_corpus(line.positional[0]);
  const std::int64_t steps = std::atoi(line.positional[1].c_str());
  const char* const trace = std::getenv("TRACE");

  Session session;
  const auto comm = session.world(60);
  SharedWeights shared;
  ComputePlace place;
  if (config.device == Device::cuda) {
    const OpenedPlatform opened = open_platform();
    if (opened.platform == nullptr) throw RunTimeError("--device cuda: {}", opened.reason);
    place.platform = opened.platform;
  }
  const auto workers = place.make_workers(config.threads, config.timeout);
  const auto model = make_model(config, corpus.info, shared, workers->device());
  const auto trainer = make_trainer(*comm, *workers, *model, config, 6000);
  trainer->settled_parameters().assign(model->start_values(config.seed));

  std::vector<double> seconds;
  for (std::int64_t step = 0; step < steps; ++step) {
    if (trace != nullptr && step == steps / 2) begin_trace();
    std::vector<std::uint32_t> rows(static_cast<std::size_t>(config.batch_size));
    std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(step * config.batch_size));
    const auto start = std::chrono::steady_clock::now();
    trainer->step(corpus.train, rows, false);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  while (trainer->finish()) {
  }
  if (trace != nullptr) torch::autograd::profiler::disableProfiler()->save(trace);
  const std::int64_t device_bytes = workers->stream() == nullptr ? 0 : workers->stream()->memory().peak;
  if (comm->rank() == 0) {
    fmt::print("{{\"seconds\": [{:.7f}], \"peak_bytes\": {}, \"device_peak_bytes\": {}}}\n", fmt::join(seconds, ", "), peak_bytes(),
               device_bytes);
  }
  return 0;
}

}  // namespace
}  // namespace agsweep

int main(int argc, char** argv) try { return agsweep::run({argv + 1, argv + argc}); } catch (const std::exception& error) {
  std::fprintf(stderr, "train_step_bench: %s\n", error.what());
  return 1;
}
