#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/world/diagnosis.hpp"

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
  Diagnosis diagnosis = examine(args.tokenizer);
  if (args.json) {
    diagnosis.found["missing"] = diagnosis.missing;
    diagnosis.found["notes"] = diagnosis.notes;
    fmt::print("{}\n", diagnosis.found.dump(2));
  } else {
    for (const auto& [name, version] : diagnosis.found["versions"].items()) fmt::print("{:<24}{}\n", name, version.get<std::string>());
    diagnosis.found.erase("versions");
    for (const auto& [name, value] : diagnosis.found.items()) {
      fmt::print("{:<24}{}\n", name, value.is_string() ? value.get<std::string>() : value.is_null() ? "none" : value.dump());
    }
    for (const std::string& note : diagnosis.notes) fmt::print("note: {}\n", note);
    for (const std::string& what : diagnosis.missing) fmt::print("missing: {}\n", what);
    if (diagnosis.missing.empty()) fmt::print("nothing is missing\n");
  }
  return diagnosis.missing.empty() ? ExitCode::done : ExitCode::run_time_failure;
}

}  // namespace

Command doctor_command() {
  return {.name = "doctor",
          .usage = "[--tokenizer DIR] [--json]",
          .summary = "versions, CPUs, memory, tokenizer and launchers, and what is missing",
          .options = options_of(table()),
          .run = run};
}

}  // namespace agsweep
