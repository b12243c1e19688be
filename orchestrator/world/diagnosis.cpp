#include "orchestrator/world/diagnosis.hpp"

#include <unistd.h>

#include <cstdlib>  // std::getenv
#include <sstream>

#include <fmt/format.h>

#include "base/error.hpp"
#include "data/tokenizer.hpp"
#include "orchestrator/world/cpus.hpp"
#include "orchestrator/world/launch.hpp"
#include "orchestrator/world/versions.hpp"
#include "orchestrator/world/world.hpp"  // cpu_model

namespace agsweep {

namespace fs = std::filesystem;

namespace {

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

void examine_tokenizer(const fs::path& asked, Diagnosis& diagnosis) {
  const fs::path folder = asked.empty() ? default_tokenizer_folder() : asked;
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

}  // namespace

Diagnosis examine(const fs::path& tokenizer) {
  Diagnosis diagnosis;
  const CpuAllowance cpus = own_cpus();
  diagnosis.found = {{"versions", versions()},
                     {"cpu", cpu_model()},
                     {"cpus_online", cpus.online},
                     {"cpus_in_affinity_mask", cpus.in_mask()},
                     {"cpus_of_cgroup_quota", cpus.quota > 0 ? nlohmann::json(cpus.quota) : nlohmann::json()},
                     {"cpus_usable", cpus_alone()},
                     {"memory_bytes", ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGESIZE)}};
  if (cpus.in_mask() < cpus.online) {
    diagnosis.notes.push_back(
        fmt::format("bound to {} of {} CPUs: mpirun --bind-to none, or srun --cpus-per-task, gives more", cpus.in_mask(), cpus.online));
  }
  examine_tokenizer(tokenizer, diagnosis);
  examine_launchers(diagnosis);
  return diagnosis;
}

}  // namespace agsweep
