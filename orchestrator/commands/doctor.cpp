#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/world/diagnosis.hpp"
#include "workers/device/open_platform.hpp"

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

/// "NVIDIA H100 80GB HBM3, 85.0 GB, compute capability 9.0"
std::string device_text(const nlohmann::json& device) {
  return fmt::format("{}, {:.1f} GB, compute capability {}", device.at("name").get<std::string>(),
                     device.at("memory_bytes").get<double>() / 1e9, device.at("compute_capability").get<std::string>());
}

/// "rank 3: node b, local rank 1, device 1 of 8 (NVIDIA H100 80GB HBM3)"
std::string rank_text(const nlohmann::json& rank) {
  const std::string place = rank.at("device").is_null()
                                ? fmt::format("the CPU, since {}", rank.at("reason").get<std::string>())
                                : fmt::format("device {} of {} ({})", rank.at("device").dump(), rank.at("visible_devices").dump(),
                                              rank.at("device_name").get<std::string>());
  return fmt::format("rank {}: node {}, local rank {}, {}", rank.at("rank").dump(), rank.at("node").get<std::string>(),
                     rank.at("local_rank").dump(), place);
}

void print_text(const Diagnosis& diagnosis) {
  for (const auto& [name, version] : diagnosis.found.at("versions").items()) fmt::print("{:<24}{}\n", name, version.get<std::string>());
  for (const auto& [name, value] : diagnosis.found.items()) {
    if (value.is_structured()) continue;
    fmt::print("{:<24}{}\n", name, value.is_string() ? value.get<std::string>() : value.is_null() ? "none" : value.dump());
  }
  for (const auto& device : diagnosis.found.at("devices")) {
    fmt::print("{:<24}{}\n", "device " + device.at("device").dump(), device_text(device));
  }
  const nlohmann::json& ranks = diagnosis.found.at("ranks");
  for (const auto& rank : ranks) {
    if (ranks.size() > 1) fmt::print("{}\n", rank_text(rank));
  }
  for (const std::string& note : diagnosis.notes) fmt::print("note: {}\n", note);
  for (const std::string& what : diagnosis.missing) fmt::print("missing: {}\n", what);
  if (diagnosis.missing.empty()) fmt::print("nothing is missing\n");
}

ExitCode run(const Invocation& call) {
  const auto args = parsed(table(), call.arguments);
  const OpenedPlatform opened = open_platform();
  const auto comm = call.session->world(TrainConfig{}.timeout);
  const World world = survey(*comm);
  const std::vector<FoundDevice> ranks = survey_devices(*comm, world, opened);
  if (comm->rank() != 0) return ExitCode::done;
  Diagnosis diagnosis = examine(args.tokenizer, opened, ranks);
  if (args.json) {
    diagnosis.found["missing"] = diagnosis.missing;
    diagnosis.found["notes"] = diagnosis.notes;
    fmt::print("{}\n", diagnosis.found.dump(2));
  } else {
    print_text(diagnosis);
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
