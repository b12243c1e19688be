#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>  // std::getenv
#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "data/tokenizer.hpp"
#include "orchestrator/commands/command.hpp"
#include "orchestrator/options/command_line.hpp"
#include "orchestrator/options/common_options.hpp"
#include "orchestrator/world/cpus.hpp"
#include "orchestrator/world/launch.hpp"
#include "orchestrator/world/versions.hpp"
#include "orchestrator/world/world.hpp"  // cpu_model

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

/// Where the shell would find a program; empty where it would not.
std::string found_program(const std::string& name) {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path candidate = fs::path(folder) / name;
    if (::access(candidate.c_str(), X_OK) == 0) return candidate.string();
  }
  return "";
}

/// What is missing, and how to get it.
struct Diagnosis {
  nlohmann::json found;
  std::vector<std::string> missing;  // agsweep cannot work without
  std::vector<std::string> notes;
};

void examine_tokenizer(const DoctorArgs& args, Diagnosis& diagnosis) {
  const fs::path folder = args.tokenizer.empty() ? default_tokenizer_folder() : args.tokenizer;
  diagnosis.found["tokenizer"] = nullptr;
  try {
    diagnosis.found["tokenizer_sha256"] = Tokenizer(folder).sha256();
    diagnosis.found["tokenizer"] = folder.string();
  } catch (const Error& error) {
    diagnosis.missing.push_back(
        fmt::format("tokenizer: {}; scripts/setup of the source tree fetches its files, or name a folder by --tokenizer", error.what()));
  }
}

void examine_launchers(Diagnosis& diagnosis) {
  for (const char* name : {"mpirun", "srun"}) {
    const std::string program = found_program(name);
    diagnosis.found[name] = program.empty() ? nlohmann::json() : nlohmann::json(program);
  }
  if (diagnosis.found["mpirun"].is_null() && diagnosis.found["srun"].is_null()) {
    diagnosis.notes.emplace_back("no launcher: agsweep runs on one rank only; apt-get install openmpi-bin brings mpirun");
  }
}

Diagnosis examine(const DoctorArgs& args) {
  Diagnosis diagnosis;
  const CpuAllowance cpus = own_cpus();
  const std::array<RankCpus, 1> alone = {RankCpus{.host = "", .allowance = cpus}};
  diagnosis.found = {{"versions", versions()},
                     {"cpu", cpu_model()},
                     {"cpus_online", cpus.online},
                     {"cpus_in_affinity_mask", cpus.in_mask()},
                     {"cpus_of_cgroup_quota", cpus.quota > 0 ? nlohmann::json(cpus.quota) : nlohmann::json()},
                     {"cpus_usable", cpus_of_rank(alone, 0)},
                     {"memory_bytes", ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE)}};
  if (cpus.in_mask() < cpus.online) {
    diagnosis.notes.push_back(
        fmt::format("bound to {} of {} CPUs: mpirun --bind-to none, or srun --cpus-per-task, gives more", cpus.in_mask(), cpus.online));
  }
  examine_tokenizer(args, diagnosis);
  examine_launchers(diagnosis);
  return diagnosis;
}

ExitCode run(const Invocation& call) {
  Diagnosis diagnosis = examine(parsed(table(), call.arguments));
  if (parsed(table(), call.arguments).json) {
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
