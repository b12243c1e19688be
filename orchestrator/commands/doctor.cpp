#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "base/json_text.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/world/diagnosis.hpp"
#include "workers/device/open_platform.hpp"
#include "workers/torch/torch_library.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

struct DoctorArgs {
  fs::path tokenizer;
  bool json = false;
};

OptionTable<DoctorArgs> table() {
  return {
      {&DoctorArgs::tokenizer, tokenizer_option()},
      {&DoctorArgs::json, json_option()},
  };
}

ExitCode run(const Invocation& call) {
  const auto args = parsed(table(), call.arguments);
  const OpenedPlatform opened = open_platform();
  const auto comm = call.session->world(TrainConfig{}.timeout);
  const World world = survey(*comm);
  const std::vector<FoundDevice> ranks = survey_devices(*comm, world, opened);
  if (comm->rank() != 0) return ExitCode::done;
  Diagnosis diagnosis = examine(args.tokenizer, opened, ranks);
  try {
    open_torch_library();
  } catch (const RunTimeError& error) {
    diagnosis.missing.emplace_back(error.what());
  }
  if (args.json) {
    diagnosis.found["missing"] = diagnosis.missing;
    diagnosis.found["notes"] = diagnosis.notes;
    fmt::print("{}\n", json_text(diagnosis.found));
  } else {
    fmt::print("{}", diagnosis_text(diagnosis));
  }
  return diagnosis.missing.empty() ? ExitCode::done : ExitCode::run_time_failure;
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .usage = "[--tokenizer DIR] [--json]",
          .summary = "versions, CPUs, memory, GPUs, tokenizer and launchers, what each rank computes on, and what is missing",
          .options = options_of(table()),
          .run = run,
          .on_all_ranks = true};
}

}  // namespace agsweep
